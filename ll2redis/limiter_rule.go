package ll2redis

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed limiter_rule.lua
var ruleSource string

// rule is sent by its hash, and as a whole if the server does not know it (any more).
var rule = redis.NewScript(ruleSource)

// ErrConflict means that a key has other content: another type, or a quota of another
// size. The error that wraps it names both.
var ErrConflict = errors.New("ll2redis: conflict")

// An answer is the answer of the rule to a caller.
type answer struct {
	granted bool
	wait    time.Duration // until the place is free
	nap     time.Duration // time after which to ask again
	queued  string        // the member that keeps the turn; "" if there is none
}

// ask runs the rule. With id "" it only settles.
func (l *Limiter) ask(ctx context.Context, id string, patience time.Duration, settled []settlement) (answer, error) {
	args := make([]any, 0, 7+2*len(settled))
	args = append(args, l.n, micros(l.per), micros(l.lease), id,
		max(0, patience).Microseconds(), micros(l.pause), micros(l.grace))
	for _, s := range settled {
		args = append(args, s.member, s.age())
	}
	reply, err := rule.Run(ctx, l.client, []string{l.key}, args...).Slice()
	if err != nil {
		return answer{}, fmt.Errorf("ll2redis: asking %s for a place in %q: %w", serverName(l.client), l.key, err)
	}
	state, _ := at(reply, 0).(string)
	text, _ := at(reply, 1).(string)
	switch state {
	case "settled":
		return answer{}, nil
	case "granted":
		return answer{granted: true}, nil
	case "wait":
		wait, _ := at(reply, 1).(int64)
		queued, _ := at(reply, 2).(string)
		nap, _ := at(reply, 3).(int64)
		return answer{wait: time.Duration(wait) * time.Microsecond, nap: time.Duration(nap) * time.Microsecond, queued: queued}, nil
	case "limit":
		return answer{}, fmt.Errorf("%w: key %q holds %s, not %d requests in %v", ErrConflict, l.key, describe(text), l.n, l.per)
	case "kind":
		return answer{}, fmt.Errorf("%w: key %q holds a Redis %s that is no quota", ErrConflict, l.key, text)
	}
	return answer{}, fmt.Errorf("ll2redis: Redis answered %q for key %q", reply, l.key)
}

// serverName returns the name of the server, or the names that the client was created
// with.
func serverName(client redis.UniversalClient) string {
	switch client := client.(type) {
	case *redis.Client:
		return "Redis at " + client.Options().Addr
	case *redis.ClusterClient:
		return "Redis at " + strings.Join(client.Options().Addrs, ", ")
	}
	return "Redis"
}

func at(reply []any, i int) any {
	if i < len(reply) {
		return reply[i]
	}
	return nil
}

// micros rounds up, so that nothing is free too early.
func micros(d time.Duration) int64 {
	return int64(math.Ceil(float64(d) / float64(time.Microsecond)))
}

// describe reads the member that names a quota.
func describe(limit string) string {
	parts := strings.Split(limit, ":")
	if len(parts) == 3 {
		if per, err := strconv.ParseInt(parts[2], 10, 64); err == nil {
			return fmt.Sprintf("a quota of %s requests in %v", parts[1], time.Duration(per)*time.Microsecond)
		}
	}
	return fmt.Sprintf("%q", limit)
}
