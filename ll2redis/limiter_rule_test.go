package ll2redis_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/docking-event/ll2/ll2redis/internal/redistest"
)

// The table speaks of a quota of three an hour with a lease of a minute. A member
// is free so long from now; one who waits is given up so long from now.
const (
	ruleN     = 3
	rulePer   = time.Hour
	ruleLease = time.Minute
	ruleSlack = 2 * time.Second // how long a case may take
)

func TestRule(t *testing.T) {
	source, err := os.ReadFile("limiter_rule.lua")
	if err != nil {
		t.Fatal(err)
	}
	client := redistest.Start(t).Client(t)
	type members map[string]time.Duration
	const (
		flying  = rulePer + ruleLease
		minute  = time.Minute
		first   = "w:0000000000000001:first"
		second  = "w:0000000000000002:second"
		mine    = "w:0000000000000003:me"
		newcome = "w:now:me" // a turn of this moment
	)
	for name, c := range map[string]struct {
		places, waiting members
		id              string // "me" unless told
		patience        time.Duration
		settled         []any
		want            string
		wait            time.Duration
		after           members // places, unless they are as before
		queue           []string
	}{
		"a new key has room":                              {want: "granted", after: members{"me": flying}},
		"the last place is granted":                       {places: members{"a": minute, "b": minute}, want: "granted", after: members{"a": minute, "b": minute, "me": flying}},
		"a place whose time is over is free":              {places: members{"a": -minute, "b": minute, "c": minute}, want: "granted", after: members{"b": minute, "c": minute, "me": flying}},
		"the first one to be free is waited for":          {places: members{"a": 5 * minute, "b": 3 * minute, "c": 4 * minute}, want: "wait", wait: 3 * minute},
		"of a request under way a whole per":              {places: members{"a": flying, "b": flying - 1, "c": flying - 2}, want: "wait", wait: rulePer},
		"one that died is waited for until its lease":     {places: members{"a": rulePer - minute, "b": flying, "c": flying}, want: "wait", wait: rulePer - minute},
		"more places than there can be":                   {places: members{"a": 1 * minute, "b": 2 * minute, "c": 3 * minute, "d": 4 * minute}, want: "wait", wait: 2 * minute},
		"who did not hear the answer has the place":       {places: members{"a": minute, "b": minute, "me": minute}, want: "granted", after: members{"a": minute, "b": minute, "me": flying}},
		"a wait that is too long is not queued for":       {places: members{"a": 5 * minute, "b": 5 * minute, "c": 5 * minute}, patience: 4 * minute, want: "wait", wait: 5 * minute},
		"a wait that is not is":                           {places: members{"a": 5 * minute, "b": 5 * minute, "c": 5 * minute}, patience: 6 * minute, want: "wait", wait: 5 * minute, queue: []string{newcome}},
		"who gives up leaves the queue":                   {places: members{"a": 5 * minute, "b": 5 * minute, "c": 5 * minute}, waiting: members{first: minute, mine: minute}, want: "wait", wait: 5 * minute, queue: []string{first}},
		"nobody passes who waits":                         {places: members{"a": minute, "b": minute}, waiting: members{first: minute}, want: "wait", wait: minute, queue: []string{first}},
		"the second gets the second place":                {places: members{"a": 5 * minute, "b": 3 * minute, "c": 4 * minute}, waiting: members{first: minute}, want: "wait", wait: 4 * minute, queue: []string{first}},
		"the fourth gets the first place again":           {places: members{"a": 5 * minute, "b": 3 * minute, "c": 4 * minute}, waiting: members{first: minute, second: minute, "w:0000000000000002:third": minute}, want: "wait", wait: rulePer + 3*minute, queue: []string{first, second, "w:0000000000000002:third"}},
		"who comes back keeps the turn":                   {places: members{"a": 5 * minute, "b": 3 * minute, "c": 4 * minute}, waiting: members{mine: minute, "w:0000000000000004:late": minute}, patience: rulePer, want: "wait", wait: 3 * minute, queue: []string{mine, "w:0000000000000004:late"}},
		"who comes back gets the place":                   {places: members{"a": -minute, "b": 3 * minute, "c": 4 * minute}, waiting: members{mine: minute, "w:0000000000000004:late": minute}, want: "granted", after: members{"b": 3 * minute, "c": 4 * minute, "me": flying}, queue: []string{"w:0000000000000004:late"}},
		"who did not come back is given up":               {places: members{"a": 3 * minute, "b": 3 * minute}, waiting: members{first: -minute}, want: "granted", after: members{"a": 3 * minute, "b": 3 * minute, "me": flying}},
		"an id that ends like another":                    {places: members{"a": 5 * minute, "b": 3 * minute, "c": 4 * minute}, waiting: members{"w:0000000000000001:not-me": minute}, want: "wait", wait: 4 * minute, queue: []string{"w:0000000000000001:not-me"}},
		"counted: free one per later":                     {places: members{"a": flying}, settled: []any{"a", int64(10 * minute / time.Microsecond)}, id: "-", want: "settled", after: members{"a": 50 * minute}},
		"counted longer than a per ago: free":             {places: members{"a": minute}, settled: []any{"a", int64(2 * rulePer / time.Microsecond)}, id: "-", want: "settled", after: members{}},
		"counted in a while: one per after that":          {places: members{"a": flying}, settled: []any{"a", int64(-minute / time.Microsecond)}, id: "-", want: "settled", after: members{"a": flying}},
		"counted in ages: no more than one per":           {places: members{"a": flying}, settled: []any{"a", int64(-5 * rulePer / time.Microsecond)}, id: "-", want: "settled", after: members{"a": 2 * rulePer}},
		"counted though the place is forgotten":           {settled: []any{"a", 0}, id: "-", want: "settled", after: members{"a": rulePer}},
		"not counted: free at once":                       {places: members{"a": flying, "b": minute, "c": minute}, settled: []any{"a", ""}, want: "granted", after: members{"b": minute, "c": minute, "me": flying}},
		"a turn is given back":                            {places: members{"a": minute, "b": minute}, waiting: members{first: minute}, settled: []any{first, ""}, want: "granted", after: members{"a": minute, "b": minute, "me": flying}},
		"settling alone takes no place, and is told more": {places: members{"a": flying, "b": flying}, settled: []any{"a", 0, "b", "", "c", ""}, id: "-", want: "settled", after: members{"a": rulePer}},
	} {
		t.Run(name, func(t *testing.T) {
			k := ruleKey{t, client, t.Name()}
			now := k.now()
			for member, free := range c.places {
				k.add(member, now+micros(free))
			}
			for member, until := range c.waiting {
				k.add(member, -(now + micros(until)))
			}
			if len(c.places)+len(c.waiting) > 0 {
				k.add("limit:3:3600000000", math.Inf(1))
			}
			id := map[string]string{"": "me", "-": ""}[c.id]
			args := append([]any{ruleN, micros(rulePer), micros(ruleLease), id, micros(c.patience), micros(time.Minute), micros(time.Second)}, c.settled...)
			reply, err := k.client.Eval(t.Context(), string(source), []string{k.name}, args...).Slice()
			if err != nil {
				t.Fatal(err)
			}
			if reply[0] != c.want {
				t.Fatalf("answered %v, want %s", reply, c.want)
			}
			if c.want == "wait" {
				k.near("the wait", time.Duration(reply[1].(int64))*time.Microsecond, c.wait)
				if reply[2] != "" {
					k.near("the nap", time.Duration(reply[3].(int64))*time.Microsecond, max(time.Minute, c.wait/2))
				}
			}
			want := c.after
			if want == nil {
				want = c.places
			}
			places, queue := k.state(now)
			for member, free := range want {
				k.near("place "+member, free, places[member])
			}
			if len(places) != len(want) {
				t.Errorf("places %v, want %v", places, want)
			}
			for i, member := range queue {
				if c.queue != nil && c.queue[min(i, len(c.queue)-1)] == newcome && strings.HasSuffix(member, ":me") {
					queue[i] = newcome
				}
			}
			if !slices.Equal(queue, c.queue) {
				t.Errorf("queue %q, want %q", queue, c.queue)
			}
			k.expires(places)
		})
	}
}

func micros(d time.Duration) float64 { return float64(d / time.Microsecond) }

// A ruleKey is a key on a server, looked at directly.
type ruleKey struct {
	t      *testing.T
	client *redis.Client
	name   string
}

func (k ruleKey) now() float64 {
	k.t.Helper()
	now, err := k.client.Time(k.t.Context()).Result()
	if err != nil {
		k.t.Fatal(err)
	}
	return float64(now.UnixMicro())
}

func (k ruleKey) add(member string, score float64) {
	k.t.Helper()
	if err := k.client.ZAdd(k.t.Context(), k.name, redis.Z{Score: score, Member: member}).Err(); err != nil {
		k.t.Fatal(err)
	}
}

// state returns in how long the places are free, and who waits, in order.
func (k ruleKey) state(now float64) (places map[string]time.Duration, queue []string) {
	k.t.Helper()
	all, err := k.client.ZRangeWithScores(k.t.Context(), k.name, 0, -1).Result()
	if err != nil {
		k.t.Fatal(err)
	}
	places = make(map[string]time.Duration)
	for _, z := range all {
		member := fmt.Sprint(z.Member)
		switch {
		case z.Score < 0:
			queue = append(queue, member)
		case !math.IsInf(z.Score, 1):
			places[member] = time.Duration(z.Score-now) * time.Microsecond
		}
	}
	slices.Sort(queue)
	return places, queue
}

func (k ruleKey) near(what string, got, want time.Duration) {
	k.t.Helper()
	if d := got - want; d < -ruleSlack || d > ruleSlack {
		k.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// expires checks that the key goes with its last place, but not before.
func (k ruleKey) expires(places map[string]time.Duration) {
	k.t.Helper()
	last := rulePer
	for _, free := range places {
		last = max(last, free)
	}
	ttl, err := k.client.PTTL(k.t.Context(), k.name).Result()
	if err != nil {
		k.t.Fatal(err)
	}
	k.near("the key's time to live", ttl, last)
}
