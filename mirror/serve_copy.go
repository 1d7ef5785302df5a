package mirror

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/hint"
	"github.com/docking-event/ll2/internal/service"
)

// A served is a copy with the responses that were made from it.
type served struct {
	source
	pages  *responses    // made from the copy
	passed *responses    // answers of the service
	asking chan struct{} // full while a request to the service is under way

	mu   sync.Mutex
	last edition
}

// An edition is a copy with the version of its content.
type edition struct {
	*snapshot
	content  int       // equal numbers mean equal content
	modified time.Time // when the content appeared, or later
}

// keepPassed is how long an answer of the service is kept if there is no refresh.
const keepPassed = time.Hour

func newServed(v source) *served {
	return &served{source: v, pages: newResponses(0), passed: newResponses(keepPassed), asking: make(chan struct{}, 1)}
}

// current returns the copy that answers.
func (c *served) current(ctx context.Context) (edition, error) {
	if c.life().Err() != nil {
		return edition{}, errClosed
	}
	s, err := c.ready(ctx)
	if err != nil {
		return edition{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e := edition{s, c.last.content, c.last.modified}
	switch {
	case c.last.snapshot == nil:
		// It is not known when the content of a stored copy last changed.
		e.modified = s.Refreshed.Truncate(time.Second)
	case s.token == c.last.token:
		return c.last, nil
	case !sameContent(c.last.rows, s.rows):
		e.content++
		// It is one whole second later, since headers count in seconds.
		later := e.modified.Add(time.Second)
		if e.modified = s.Refreshed.Truncate(time.Second); e.modified.Before(later) {
			e.modified = later
		}
		c.pages.clear()
	}
	c.passed.clear()
	c.last = e
	return e, nil
}

func sameContent(a, b []row) bool {
	return slices.EqualFunc(a, b, func(a, b row) bool { return bytes.Equal(a.raw, b.raw) })
}

// answer answers a request for u, the address of the list or of the row with an id.
func (c *served) answer(ctx context.Context, id string, u *url.URL, q url.Values, zip bool) *response {
	e, err := c.current(ctx)
	if err != nil {
		return c.lacking(err)
	}
	rows, err := e.queried()
	if err != nil {
		return c.lacking(err)
	}
	table := rows.table
	if id != "" {
		if _, known := table.Get(id, nil); !known {
			return c.answerUnknown(ctx, e, id, zip)
		}
	}
	key := strconv.Itoa(e.content) + " " + u.String()
	p, err := c.pages.get(ctx, key, zip, func() (*response, error) { return fromTable(table, id, u, q), nil })
	switch {
	case err != nil:
		return c.lacking(err)
	case p.status != http.StatusOK:
		return p
	case id == "" && searches(q):
		p, err := c.passed.get(ctx, u.String(), zip, func() (*response, error) { return c.found(ctx, e, u, q) })
		if err != nil {
			return c.lacking(err)
		}
		return c.dated(p, p.date, time.Time{})
	}
	return c.dated(p, e.Refreshed, e.modified)
}

// answerUnknown answers for an id that the copy does not have: the event may be
// newer.
func (c *served) answerUnknown(ctx context.Context, e edition, id string, zip bool) *response {
	n, err := strconv.Atoi(id)
	if err != nil || n <= 0 || n > math.MaxInt32 {
		return refusal(http.StatusNotFound, "Not found.")
	}
	id = strconv.Itoa(n)
	p, err := c.passed.get(ctx, id, zip, func() (*response, error) {
		return c.pass(e, func(ctx context.Context) (answer, error) { return c.unknown(ctx, id) })
	})
	if err != nil {
		return c.lacking(err)
	}
	return c.dated(p, p.date, time.Time{})
}

// dated sets the time at which an answer was current, and how long it can be used.
func (c *served) dated(p *response, date, modified time.Time) *response {
	if p.status != http.StatusOK {
		return p
	}
	return p.as(date, modified, "max-age="+strconv.Itoa(int(c.settings().every/time.Second)))
}

// searches reports whether a query searches the list.
func searches(q url.Values) bool { return strings.Trim(last(q, "search"), ", \t\r\n\f\v") != "" }

// fromTable answers from the copy.
func fromTable(table *service.Table, id string, u *url.URL, q url.Values) *response {
	if id != "" {
		body, _ := table.Get(id, q)
		return &response{status: http.StatusOK, mediaType: typeJSON, body: body}
	}
	body, invalid := table.List(u, service.Options{})
	if invalid != nil {
		a := says(http.StatusBadRequest, invalid)
		return &response{status: a.status, mediaType: typeJSON, body: a.body}
	}
	return &response{status: http.StatusOK, mediaType: typeJSON, body: body}
}

// found sends a search to the service. Parameters that the service ignores are not
// part of the key, but appear in the links.
func (c *served) found(ctx context.Context, e edition, u *url.URL, q url.Values) (*response, error) {
	known := c.known(q)
	// Other requests may wait for this response, even if the client that came first
	// hangs up. It has its own time limit.
	p, err := c.passed.get(context.WithoutCancel(ctx), known.Encode(), false, func() (*response, error) {
		return c.pass(e, func(ctx context.Context) (answer, error) { return c.search(ctx, known) })
	})
	if err != nil || p.status != http.StatusOK {
		return p, err
	}
	var list struct {
		Count   int               `json:"count"`
		Results []json.RawMessage `json:"results"`
	}
	if err := json.Unmarshal(p.body, &list); err != nil {
		return nil, err
	}
	return &response{status: p.status, mediaType: typeJSON, body: service.Envelope(u, list.Count, list.Results), date: p.date}, nil
}

// known returns the parameters of a search that the service does not ignore.
func (c *served) known(q url.Values) url.Values {
	limit, offset := service.Bounds(q)
	known := url.Values{"limit": {strconv.Itoa(limit)}, "offset": {strconv.Itoa(offset)}, "search": {last(q, "search")}}
	rules := c.rules()
	for name := range rules.Filters {
		if value := strings.TrimSpace(last(q, name)); value != "" {
			known.Set(name, value)
		}
	}
	if last(q, "mode") == "detailed" {
		known.Set("mode", "detailed")
	}
	var order, keys []string
	for term := range strings.SplitSeq(last(q, "ordering"), ",") {
		term = strings.TrimSpace(term)
		key := strings.TrimPrefix(term, "-")
		if rules.Orders[key] != "" && !slices.Contains(keys, key) {
			order, keys = append(order, term), append(keys, key)
		}
	}
	if len(order) > 0 {
		known.Set("ordering", strings.Join(order, ","))
	}
	return known
}

// A spentError says that the service is not asked, because a refresh may need the
// rest of the quota.
type spentError struct{ until time.Time }

func (*spentError) Error() string { return "mirror: the rest of the quota is reserved for refreshes" }

// pass sends one request to the service, one at a time, and only if the quota has a
// request to spare. If a client hangs up meanwhile, the other ones still get the
// answer.
func (c *served) pass(e edition, ask func(context.Context) (answer, error)) (*response, error) {
	ctx, cancel := context.WithTimeout(hint.Once(c.life()), answerTime)
	defer cancel()
	select {
	case c.asking <- struct{}{}:
		defer func() { <-c.asking }()
	case <-ctx.Done():
		return nil, fmt.Errorf("mirror: waiting for other requests to the service: %w", context.Cause(ctx))
	}
	if at := c.spare(2 + len(e.rows)/ll2.MaxPageSize); !c.settings().offline && at.After(time.Now()) {
		return nil, &spentError{at}
	}
	a, err := ask(ctx)
	var api *ll2.APIError
	if errors.As(err, &api) && api.StatusCode == http.StatusBadRequest && len(api.Fields) > 0 {
		// The body is left out: a proxy before the service may have echoed the token
		// in it.
		a, err = says(api.StatusCode, api.Fields), nil
	}
	if err != nil {
		return nil, err
	}
	if a.status == http.StatusNotFound {
		return refusal(a.status, "Not found."), nil
	}
	return &response{status: a.status, mediaType: typeJSON, body: a.body, date: a.date}, nil
}

// lacking answers if there is no other answer. It leaves out details of the error
// that strangers should not see, such as an address.
func (c *served) lacking(err error) *response {
	var spent *spentError
	detail, at := "The service cannot be asked now.", time.Now().Add(answerTime)
	switch retry, told := ll2.RetryAt(err); {
	case errors.Is(err, ErrCold):
		detail, at = "There is no copy of the service's events yet.", c.status().Next
	case errors.Is(err, ErrStale):
		detail, at = "The copy of the service's events is too old.", c.status().Next
	case errors.Is(err, ErrOffline):
		detail = "Only the service can answer this, and it is not asked."
	case errors.As(err, &spent):
		at = spent.until
	case told:
		at = retry
	}
	p := refusal(http.StatusServiceUnavailable, detail)
	if !errors.Is(err, ErrOffline) {
		p.retryAfter = cmp.Or(max(0, int(math.Ceil(time.Until(at).Seconds()))), int(answerTime/time.Second))
	}
	return p
}

// last returns the value of a parameter that counts if it is given several times.
func last(q url.Values, name string) string {
	if values := q[name]; len(values) > 0 {
		return values[len(values)-1]
	}
	return ""
}
