package mirror

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Responses are kept, so that each is made and compressed once. These are the limits.
const (
	keptBytes     = 32 << 20
	keptResponses = 4096
	worthZip      = 1 << 10 // bytes of a body
)

// responses holds the responses that were made and requested last.
type responses struct {
	keep time.Duration // 0: as long as there is room

	mu    sync.Mutex
	known map[string]*made
	order *list.List // of finished ones, the latest request first
	size  int
}

// A made is a response that is finished or being made, for all requests with its key.
type made struct {
	key      string
	done     chan struct{}
	response *response
	err      error
	at       time.Time
	element  *list.Element
}

func newResponses(keep time.Duration) *responses {
	return &responses{keep: keep, known: make(map[string]*made), order: list.New()}
}

// clear removes all responses.
func (c *responses) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = make(map[string]*made)
	c.order.Init()
	c.size = 0
}

// get returns the response of a key. It makes the response if it is not there, and
// compresses it if zip is set and the size makes it worthwhile. Errors are not kept.
func (c *responses) get(ctx context.Context, key string, zip bool, fresh func() (*response, error)) (*response, error) {
	if !zip {
		return c.once(ctx, key, func() (*response, error) {
			p, err := fresh()
			if err != nil || p.status != http.StatusOK {
				return p, err
			}
			tagged, sum := *p, checksum(p.body)
			tagged.etag = fmt.Sprintf(`"%x"`, sum[:16])
			return &tagged, nil
		})
	}
	return c.once(ctx, "gzip "+key, func() (*response, error) {
		// Other requests may wait for this response, even if the client that came
		// first hangs up.
		p, err := c.get(context.WithoutCancel(ctx), key, false, fresh)
		if err != nil || len(p.body) < worthZip {
			return p, err
		}
		return zipped(p), nil
	})
}

var errNotMade = errors.New("mirror: the answer was not made")

// once returns the response of a key, or makes it once for all requests that come
// meanwhile.
func (c *responses) once(ctx context.Context, key string, fresh func() (*response, error)) (*response, error) {
	c.mu.Lock()
	e := c.known[key]
	if e != nil && e.element != nil {
		if c.keep == 0 || time.Since(e.at) < c.keep {
			c.order.MoveToFront(e.element)
			c.mu.Unlock()
			return e.response, e.err
		}
		c.forget(e)
		e = nil
	}
	if e != nil {
		c.mu.Unlock()
		select {
		case <-e.done:
			return e.response, e.err
		case <-ctx.Done():
			return nil, fmt.Errorf("mirror: waiting for the same answer as another request: %w", context.Cause(ctx))
		}
	}
	e = &made{key: key, done: make(chan struct{}), err: errNotMade}
	c.known[key] = e
	c.mu.Unlock()
	defer c.finish(e)
	e.response, e.err = fresh()
	return e.response, e.err
}

// finish keeps the response, if it can still be used.
func (c *responses) finish(e *made) {
	defer close(e.done)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known[e.key] != e {
		return // everything was removed since
	}
	if e.err != nil || e.response.status != http.StatusOK && e.response.status != http.StatusNotFound || e.size() > keptBytes/4 {
		delete(c.known, e.key)
		return
	}
	e.at, e.element = time.Now(), c.order.PushFront(e)
	c.size += e.size()
	for c.size > keptBytes || c.order.Len() > keptResponses {
		c.forget(c.order.Back().Value.(*made))
	}
}

func (c *responses) forget(e *made) {
	delete(c.known, e.key)
	c.order.Remove(e.element)
	c.size -= e.size()
}

func (e *made) size() int { return len(e.key) + len(e.response.body) + 500 }

// zipped returns a response with a compressed body.
func zipped(p *response) *response {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	_, _ = zip.Write(p.body) // a buffer accepts everything
	_ = zip.Close()
	next := *p
	next.body, next.zipped = bytes.Clone(b.Bytes()), true
	if p.etag != "" {
		next.etag = strings.TrimSuffix(p.etag, `"`) + `-gzip"`
	}
	return &next
}

// wantsGzip reports whether a client accepts gzip and does not prefer an uncompressed
// body.
func wantsGzip(accept []string) bool {
	weights := make(map[string]float64)
	for wish := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		coding, params, _ := strings.Cut(wish, ";")
		weight := 1.0
		for param := range strings.SplitSeq(params, ";") {
			if q, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(param)), "q="); ok {
				var err error
				if weight, err = strconv.ParseFloat(q, 64); err != nil || !(weight >= 0 && weight <= 1) {
					weight = 0
				}
			}
		}
		weights[strings.ToLower(strings.TrimSpace(coding))] = weight
	}
	zip, named := weights["gzip"]
	if !named {
		zip = weights["*"]
	}
	return zip > 0 && zip >= weights["identity"]
}
