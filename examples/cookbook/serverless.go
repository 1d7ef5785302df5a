package cookbook

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/mirror"
)

// OpenForFunction opens a copy of all events in a store that all instances of the
// function share. Call it once for each instance, not for each call.
func OpenForFunction(store mirror.Store, opts ...ll2.Option) (*mirror.Mirror, error) {
	// Do not wait, and count the requests of other instances.
	client, err := ll2.New(append([]ll2.Option{ll2.WithMaxWait(0), ll2.WithQuotaSync()}, opts...)...)
	if err != nil {
		return nil, err
	}
	return mirror.Open(client, store, mirror.Patience(time.Second))
}

// Docked is the function: it answers with the names of the spacecraft that are docked.
func Docked(m *mirror.Mirror) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second) // less than the platform allows
		defer cancel()
		docked, err := DockedAt(ctx, m.DockingEvents, time.Now())
		switch at, limited := ll2.RetryAt(err); {
		case limited:
			w.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(time.Until(at).Seconds())))))
			http.Error(w, "the quota of the service is used up", http.StatusServiceUnavailable)
			return
		case errors.Is(err, context.DeadlineExceeded), errors.Is(err, ll2.ErrUnavailable):
			w.Header().Set("Retry-After", "60")
			http.Error(w, "the service does not answer", http.StatusServiceUnavailable)
			return
		case err != nil:
			http.Error(w, "internal error", http.StatusInternalServerError) // log err
			return
		}
		names := make([]string, len(docked))
		for i, event := range docked {
			names[i] = event.FlightVehicle.Spacecraft.Name
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "max-age=300")
		_ = json.NewEncoder(w).Encode(names)
	}
}
