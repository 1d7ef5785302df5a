package ll2redis_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/docking-event/ll2/ll2redis"
	"github.com/docking-event/ll2/ll2redis/internal/redistest"
)

func TestNewRefusesBadInput(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	ctx := t.Context()
	if err := errors.Join(
		client.Set(ctx, "text", "x", 0).Err(),
		client.ZAdd(ctx, "scores", redis.Z{Score: 7, Member: "player"}).Err(),
		client.ZAdd(ctx, "endless", redis.Z{Score: math.Inf(1), Member: "player"}).Err(),
	); err != nil {
		t.Fatal(err)
	}
	if _, err := ll2redis.NewLimiter(client, "taken", 10, time.Minute); err != nil {
		t.Fatal(err)
	}
	nobody := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	defer nobody.Close()
	for name, c := range map[string]struct {
		client   redis.UniversalClient
		key      string
		n        int
		per      time.Duration
		opts     []ll2redis.LimiterOption
		want     string
		conflict bool
	}{
		"no client":              {key: "k", n: 1, per: 1, want: "client is nil"},
		"a nil client":           {client: (*redis.Client)(nil), key: "k", n: 1, per: 1, want: "client is nil"},
		"a nil cluster":          {client: (*redis.ClusterClient)(nil), key: "k", n: 1, per: 1, want: "client is nil"},
		"no key":                 {client: client, n: 1, per: 1, want: "key is empty"},
		"no requests":            {client: client, key: "k", per: 1, want: "a quota of 0 requests"},
		"fewer than no requests": {client: client, key: "k", n: -1, per: 1, want: "a quota of -1 requests"},
		"no window":              {client: client, key: "k", n: 1, want: "a window of 0s"},
		"a negative window":      {client: client, key: "k", n: 1, per: -time.Hour, want: "a window of -1h0m0s"},
		"a window for ever":      {client: client, key: "k", n: 1, per: math.MaxInt64, want: "at most"},
		"no lease":               {client: client, key: "k", n: 1, per: 1, opts: []ll2redis.LimiterOption{ll2redis.WithLease(0)}, want: "WithLease(0s)"},
		"no timeout":             {client: client, key: "k", n: 1, per: 1, opts: []ll2redis.LimiterOption{ll2redis.WithTimeout(-1)}, want: "WithTimeout(-1ns)"},
		"no share":               {client: client, key: "k", n: 1, per: 1, opts: []ll2redis.LimiterOption{ll2redis.WithLocalShare(0)}, want: "WithLocalShare(0)"},
		"a share of more":        {client: client, key: "k", n: 1, per: 1, opts: []ll2redis.LimiterOption{ll2redis.WithLocalShare(2)}, want: "more than the quota of 1"},
		"no logger":              {client: client, key: "k", n: 1, per: 1, opts: []ll2redis.LimiterOption{nil, ll2redis.WithLogger(nil)}, want: "WithLogger(nil)"},
		"nobody there":           {client: nobody, key: "k", n: 1, per: 1, want: `asking Redis at 127.0.0.1:1 for a place in "k": dial tcp 127.0.0.1:1`},
		"another type":           {client: client, key: "text", n: 1, per: 1, want: `key "text" holds a Redis string`, conflict: true},
		"another sorted set":     {client: client, key: "scores", n: 1, per: 1, want: `key "scores" holds a Redis zset`, conflict: true},
		"a stranger":             {client: client, key: "endless", n: 1, per: 1, want: `key "endless" holds "player"`, conflict: true},
		"another number":         {client: client, key: "taken", n: 11, per: time.Minute, want: `key "taken" holds a quota of 10 requests in 1m0s, not 11 requests in 1m0s`, conflict: true},
		"another window":         {client: client, key: "taken", n: 10, per: time.Hour, want: `key "taken" holds a quota of 10 requests in 1m0s, not 10 requests in 1h0m0s`, conflict: true},
		"a conflict with a share": {client: client, key: "text", n: 1, per: 1, opts: []ll2redis.LimiterOption{ll2redis.WithLocalShare(1)},
			want: `key "text" holds a Redis string`, conflict: true},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := ll2redis.NewLimiter(c.client, c.key, c.n, c.per, c.opts...)
			if err == nil {
				l.Close()
				t.Fatal("it was taken")
			}
			if !strings.HasPrefix(err.Error(), "ll2redis: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q does not say %q", err, c.want)
			}
			if errors.Is(err, ll2redis.ErrConflict) != c.conflict {
				t.Errorf("a conflict: %v, of %v", !c.conflict, err)
			}
		})
	}
}

func TestAConflictThatComesLaterIsAnErrorAndNoFailureOfRedis(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	l := newLimiter(t, client, 1, time.Hour, ll2redis.WithLocalShare(1))
	if err := client.Set(t.Context(), "quota", "x", 0).Err(); err != nil {
		t.Fatal(err)
	}
	_, err := l.Reserve(context.Background(), 0)
	if !errors.Is(err, ll2redis.ErrConflict) {
		t.Errorf("it returned %v", err)
	}
}
