package mirror

import (
	"encoding/json"
	"net/http"
	"time"
)

// A condition is the report of healthz about a copy.
type condition struct {
	Status     string     `json:"status"` // ok, cold, stale or closed
	Events     int        `json:"events"`
	Refreshed  *time.Time `json:"refreshed"` // null: never
	Age        *int64     `json:"age_seconds"`
	Walked     *time.Time `json:"walked"`
	WalkAge    *int64     `json:"walk_age_seconds"`
	Failing    bool       `json:"failing"` // the last refresh failed
	NextAsking *time.Time `json:"next"`    // null: never
}

// health reports the state of the copies, with 503 if one of them does not answer.
func (s *server) health() *response {
	all := struct {
		Status string               `json:"status"`
		Copies map[string]condition `json:"copies"`
	}{"ok", make(map[string]condition)}
	status := http.StatusOK
	for _, v := range s.copies {
		c := conditionOf(v)
		all.Copies[v.path()] = c
		if c.Status != "ok" {
			status, all.Status = http.StatusServiceUnavailable, c.Status
		}
	}
	body, err := json.Marshal(all)
	if err != nil { // cannot happen for these types
		body = []byte("{}")
	}
	return &response{status: status, mediaType: typeJSON, body: body, cacheControl: "no-store"}
}

func conditionOf(v source) condition {
	st, now := v.status(), time.Now()
	c := condition{Status: "ok", Events: st.Count, Failing: st.Err != nil}
	at := func(t time.Time) (*time.Time, *int64) {
		if t.IsZero() {
			return nil, nil
		}
		t = t.UTC().Truncate(time.Second)
		age := max(0, now.Unix()-t.Unix())
		return &t, &age
	}
	c.Refreshed, c.Age = at(st.Refreshed)
	c.Walked, c.WalkAge = at(st.Walked)
	c.NextAsking, _ = at(st.Next)
	bound := v.settings().maxStale
	switch {
	case v.life().Err() != nil:
		c.Status = "closed"
	case st.Refreshed.IsZero():
		c.Status = "cold"
	case bound > 0 && now.Sub(st.Refreshed) > bound:
		c.Status = "stale"
	}
	return c
}
