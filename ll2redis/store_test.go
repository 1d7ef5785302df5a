package ll2redis_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/docking-event/ll2/ll2redis"
	"github.com/docking-event/ll2/ll2redis/internal/redistest"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

// newStore returns a store that waits as long as it takes.
func newStore(t *testing.T, server *redistest.Server) mirror.Store {
	t.Helper()
	return ll2redis.NewStore(server.Client(t), ll2redis.WithTimeout(never))
}

const eventsKey = "ll2:mirror:events"

func TestABlobThatWasLostGetsAGreaterGeneration(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	one := newStore(t, server)
	var last uint64
	for range 50 { // faster than one in a millisecond
		last = saveOver(t, one, "events", []byte("old"))
	}
	for name, lose := range map[string]func(){
		"evicted":                 func() { client.Del(t.Context(), eventsKey) },
		"restarted without data":  func() { server.Stop(); server.Start() },
		"flushed with the script": func() { client.FlushAll(t.Context()); client.ScriptFlush(t.Context()) },
	} {
		lose()
		if err := one.Save(t.Context(), "events", nil, last); err != mirror.ErrConflict {
			t.Errorf("%s: saved over a generation that was lost: %v", name, err)
		}
		gen := saveOver(t, newStore(t, server), "events", []byte("new"))
		if gen <= last {
			t.Errorf("%s: generation %d, after %d", name, gen, last)
		}
		if data, same := mustLoad(t, one, "events"); string(data) != "new" || same != gen {
			t.Errorf("%s: another store loads %q of generation %d", name, data, same)
		}
		last = gen
	}
}

func TestAClockThatWasSetBackGivesNoGenerationThatThisStoreKnows(t *testing.T) {
	server := redistest.Start(t)
	client, s := server.Client(t), newStore(t, server)
	saveOver(t, s, "events", nil)
	ahead := uint64(time.Now().Add(24 * time.Hour).UnixMicro())
	client.HSet(t.Context(), eventsKey, "generation", strconv.FormatUint(ahead, 10))
	mustLoad(t, s, "events")
	client.Del(t.Context(), eventsKey)
	if gen := saveOver(t, s, "events", nil); gen <= ahead {
		t.Errorf("generation %d after %d", gen, ahead)
	}
}

func TestALostWriteOfAReplicaIsSeenThoughTheGenerationIsTheSame(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	reader := newStore(t, server)
	saveOver(t, reader, "events", []byte("first"))
	before := client.Dump(t.Context(), eventsKey).Val()
	lost := saveOver(t, reader, "events", []byte("lost"))
	mustLoad(t, reader, "events")
	if err := client.RestoreReplace(t.Context(), eventsKey, 0, before).Err(); err != nil {
		t.Fatal(err)
	}
	if gen := saveOver(t, newStore(t, server), "events", []byte("other")); gen != lost {
		t.Fatalf("generation %d, want %d again", gen, lost)
	}
	if data, _ := mustLoad(t, reader, "events"); string(data) != "other" {
		t.Errorf("it loads %q", data)
	}
}

// sent returns how many bytes the server has sent.
func sent(t *testing.T, client *redis.Client) int {
	t.Helper()
	n, err := strconv.Atoi(client.InfoMap(t.Context(), "stats").Val()["Stats"]["total_net_output_bytes"])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatIsKnownIsNotMovedAgain(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	data := make([]byte, 500_000)
	for i := range data {
		data[i] = byte(i * i >> 7)
	}
	saveOver(t, newStore(t, server), "events", data)
	reader := newStore(t, server)
	mustLoad(t, reader, "events")
	before := sent(t, client)
	for range 100 {
		if got, _ := mustLoad(t, reader, "events"); !bytes.Equal(got, data) {
			t.Fatal("it is another")
		}
	}
	if moved := sent(t, client) - before; moved > 50_000 {
		t.Errorf("100 looks at a blob of %d bytes that is known moved %d bytes", len(data), moved)
	}
}

func TestACopyIsWrittenSmallAndCanBeReadByHand(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	service := ll2test.NewServer(ll2test.EventsAround(515, time.Now())...)
	m := openMirror(t, service, newStore(t, server))
	if err := m.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	keys := client.Keys(t.Context(), "ll2:mirror:*.events").Val()
	if len(keys) != 1 {
		t.Fatal(keys)
	}
	fields := client.HGetAll(t.Context(), keys[0]).Val()
	r, err := gzip.NewReader(strings.NewReader(fields["data"]))
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(r); err != nil || fields["form"] != "gzip" || len(fields) != 4 {
		t.Error(err, fields["form"], len(fields))
	}
	t.Logf("a copy of %d bytes is %d on Redis", text.Len(), len(fields["data"]))
	if lines := strings.Count(text.String(), "\n"); lines < 516 || text.Len() < 5*len(fields["data"]) {
		t.Errorf("%d lines, %d bytes, %d on Redis", lines, text.Len(), len(fields["data"]))
	}
	if ttl := client.TTL(t.Context(), keys[0]).Val(); ttl != -1 {
		t.Errorf("it expires after %v", ttl)
	}
	if n := client.Exists(t.Context(), strings.TrimSuffix(keys[0], ".events")+":lock").Val(); n != 0 {
		t.Error("the lock was left")
	}
}

func TestWhatIsInTheWayIsToldAndLeftAlone(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	ctx := t.Context()
	for name, c := range map[string]struct {
		put      func(key string)
		says     string
		conflict bool
	}{
		"a string":       {func(key string) { client.Set(ctx, key, "x", 0) }, `key "%s" holds a Redis string that is no blob`, true},
		"a strange hash": {func(key string) { client.HSet(ctx, key, "a", "b") }, `key "%s" holds a Redis hash that is no blob`, true},
		"a strange generation": {func(key string) { client.HSet(ctx, key, "generation", "b", "save", "x", "form", "raw") },
			`key "%s" has the generation "b"`, true},
		"a later version": {func(key string) { client.HSet(ctx, key, "generation", "7", "save", "x", "form", "zstd", "data", "y") },
			`key "%s" was written by a newer version, in the form "zstd"`, false},
	} {
		t.Run(name, func(t *testing.T) {
			blob := strings.ReplaceAll(name, " ", "-")
			key := "ll2:mirror:" + blob
			c.put(key)
			before := client.Dump(ctx, key).Val()
			s := newStore(t, server)
			_, _, loadErr := s.Load(ctx, blob)
			for doing, err := range map[string]error{"load": loadErr, "over none": s.Save(ctx, blob, nil, 0), "over 7": s.Save(ctx, blob, nil, 7)} {
				if err == mirror.ErrConflict && name == "a strange generation" {
					continue // that is no number
				}
				if err == nil || !strings.Contains(err.Error(), fmt.Sprintf(c.says, key)) || strings.Count(err.Error(), "ll2redis: ") != 1 ||
					errors.Is(err, ll2redis.ErrConflict) != c.conflict || errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s: %v", doing, err)
				}
			}
			if client.Dump(ctx, key).Val() != before {
				t.Error("it was changed")
			}
		})
	}
}

func TestDataThatCannotBeReadIsRemoved(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client(t)
	text := []byte(strings.Repeat("line\n", 1000))
	for name, damage := range map[string]func(data []byte) []byte{
		"cut off":         func(data []byte) []byte { return data[:len(data)-9] },
		"empty":           func([]byte) []byte { return nil },
		"something else":  func([]byte) []byte { return text },
		"a wrong sum":     func(data []byte) []byte { data[len(data)-6] ^= 1; return data },
		"a wrong size":    func(data []byte) []byte { data[len(data)-2] ^= 1; return data },
		"an endless size": func(data []byte) []byte { data[len(data)-1] = 0xff; return data },
		"something more":  func(data []byte) []byte { return append(data, data...) },
	} {
		s := newStore(t, server)
		last := saveOver(t, s, "events", text)
		data := []byte(client.HGet(t.Context(), eventsKey, "data").Val())
		client.HSet(t.Context(), eventsKey, "save", "damaged", "data", damage(data))
		if got, _, err := s.Load(t.Context(), "events"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "cannot be read") {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if gen := saveOver(t, s, "events", text); gen <= last {
			t.Errorf("%s: generation %d after %d", name, gen, last)
		}
	}
}

func TestAStoreThatIsNotUsableIsAnErrorOfOpen(t *testing.T) {
	nobody := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer nobody.Close()
	for name, c := range map[string]struct {
		store mirror.Store
		says  string
	}{
		"no client":     {ll2redis.NewStore(nil), "client is nil"},
		"a nil client":  {ll2redis.NewStore((*redis.Client)(nil)), "client is nil"},
		"no prefix":     {ll2redis.NewStore(nobody, ll2redis.WithPrefix("")), `WithPrefix("")`},
		"a space":       {ll2redis.NewStore(nobody, nil, ll2redis.WithPrefix("a b")), `WithPrefix("a b")`},
		"a line":        {ll2redis.NewStore(nobody, ll2redis.WithPrefix("a\n")), `WithPrefix("a\n")`},
		"no text":       {ll2redis.NewStore(nobody, ll2redis.WithPrefix("\xff")), `WithPrefix("\xff")`},
		"a long prefix": {ll2redis.NewStore(nobody, ll2redis.WithPrefix(strings.Repeat("x", 201))), "1 to 200 bytes"},
		"no timeout":    {ll2redis.NewStore(nobody, ll2redis.WithTimeout(0)), "WithTimeout(0s)"},
		"less than no timeout": {ll2redis.NewStore(nobody, ll2redis.WithTimeout(-time.Second), ll2redis.WithPrefix("a:")),
			"WithTimeout(-1s)"},
	} {
		m, err := mirror.Open(ll2test.NewServer().Client(), c.store)
		if m != nil || !errors.Is(err, fs.ErrInvalid) || !strings.HasPrefix(err.Error(), "ll2redis: ") || strings.Count(err.Error(), ": ") > 2 ||
			!strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if saveErr := c.store.Save(t.Context(), "x", nil, 0); saveErr == nil || err == nil || saveErr.Error() != err.Error() {
			t.Errorf("%s: Save: %v", name, saveErr)
		}
		if _, ok, lockErr := c.store.TryLock(t.Context(), "x", never); ok || lockErr == nil || err == nil || lockErr.Error() != err.Error() {
			t.Errorf("%s: TryLock: %v", name, lockErr)
		}
	}
}

func TestANameThatNoBlobCanHaveIsAnError(t *testing.T) {
	server := redistest.Start(t)
	s := newStore(t, server)
	for _, name := range []string{"", ".events", "1", "a b", "a:lock", "a/b", "ä", "a\x00", strings.Repeat("a", 201)} {
		_, _, loadErr := s.Load(t.Context(), name)
		saveErr := s.Save(t.Context(), name, nil, 0)
		_, ok, lockErr := s.TryLock(t.Context(), name, never)
		for _, err := range []error{loadErr, saveErr, lockErr} {
			if ok || err == nil || !strings.HasPrefix(err.Error(), "ll2redis: the name ") || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
	if keys := server.Client(t).Keys(t.Context(), "*").Val(); len(keys) != 0 {
		t.Errorf("there are the keys %q", keys)
	}
	//nolint:staticcheck // a nil context is what is tested
	if err := s.Save(nil, "a", nil, 0); err == nil || !strings.Contains(err.Error(), "nil context") {
		t.Error(err)
	}
}

func TestPrefixesKeepCopiesApart(t *testing.T) {
	server := redistest.Start(t)
	for _, prefix := range []string{"a:", "{b}:", "ä"} {
		s := ll2redis.NewStore(server.Client(t), ll2redis.WithPrefix(prefix), ll2redis.WithTimeout(never))
		saveOver(t, s, "events", []byte(prefix))
		if _, ok, err := s.TryLock(t.Context(), "events", never); !ok || err != nil {
			t.Error(prefix, ok, err)
		}
		if n := server.Client(t).Exists(t.Context(), prefix+"events", prefix+"events:lock").Val(); n != 2 {
			t.Errorf("%s has %d of 2 keys", prefix, n)
		}
	}
}

func TestAClusterHoldsACopy(t *testing.T) {
	cluster := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{startCluster(t).Addr}})
	t.Cleanup(func() { cluster.Close() })
	service := ll2test.NewServer(ll2test.EventsAround(150, time.Now())...)
	store := func() mirror.Store { return ll2redis.NewStore(cluster, ll2redis.WithTimeout(never)) }
	for range 3 {
		m := openMirror(t, service, store())
		if n := count(t, m); n != 150 {
			t.Error(n)
		}
		if s := m.Status(); s.Err != nil {
			t.Error(s.Err)
		}
	}
	if n := len(service.Requests()); n > 3 {
		t.Errorf("three mirrors took %d requests", n)
	}
}

// openMirror opens a mirror that is closed with the test.
func openMirror(t *testing.T, service *ll2test.Server, store mirror.Store, opts ...mirror.Option) *mirror.Mirror {
	t.Helper()
	m, err := mirror.Open(service.Client(), store, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// count walks over all events of a mirror.
func count(t *testing.T, m *mirror.Mirror) (n int) {
	t.Helper()
	for _, err := range m.DockingEvents.All(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}
