package mirror_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"
)

func TestHealthTellsTheAges(t *testing.T) {
	in(t, func(t *testing.T) {
		m, _ := warm(t)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- m.Run(ctx) }()
		time.Sleep(5*time.Hour + 20*time.Minute)
		var health struct {
			Copies map[string]struct {
				Status          string
				Events          int
				Refreshed, Next time.Time
				Age             int `json:"age_seconds"`
				WalkAge         int `json:"walk_age_seconds"`
				Failing         bool
			}
		}
		if err := json.Unmarshal([]byte(bodyOf(t, serve(t, m, http.MethodGet, "http://gateway.example/healthz"))), &health); err != nil {
			t.Fatal(err)
		}
		c := health.Copies["2.2.0/docking_event/"]
		st := m.Status()
		if c.Status != "ok" || c.Events != 150 || c.Age != 20*60 || c.WalkAge != 5*3600+20*60 || c.Failing || !c.Refreshed.Equal(st.Refreshed) || !c.Next.Equal(st.Next) {
			t.Errorf("%+v, %+v", c, st)
		}
		cancel()
		<-done
	})
}
