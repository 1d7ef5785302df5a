package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/benchmarks/floor"
	"github.com/docking-event/ll2/benchmarks/model"
	"github.com/docking-event/ll2/benchmarks/ogen"
)

const pageEvents = 100

// decoding measures one page of 100 events without a network.
func decoding(ctx context.Context, how effort) (string, error) {
	base, stop, err := start(ctx, serving{events: allEvents})
	if err != nil {
		return "", err
	}
	defer stop()
	var body bytes.Buffer
	if err := get(ctx, http.DefaultClient, target{base: base, limit: pageEvents}.first(), &body); err != nil {
		return "", err
	}
	list, err := fromMemory(body.Bytes())
	if err != nil {
		return "", err
	}
	rows := decoders(body.Bytes())
	rows = append(rows, row{"**this client**, List with the answer in memory", func() error {
		page, err := list.DockingEvents.List(ctx)
		if err != nil {
			return err
		}
		return whole(page.Results)
	}})
	all, err := measure(rows, how.rounds, how.times(10))
	if err != nil {
		return "", err
	}
	return comparison("decoder", plainDecoder, all), nil
}

const plainDecoder = "encoding/json"

func decoders(body []byte) []row {
	to := make([]byte, len(body))
	return []row{
		{plainDecoder, func() error {
			var page model.Page
			return errors.Join(json.Unmarshal(body, &page), whole(page.Results))
		}},
		{"go-json-experiment/json, which is v2 of it", func() error {
			var page model.Page
			return errors.Join(jsonv2.Unmarshal(body, &page), whole(page.Results))
		}},
		{"ogen's generated code", func() error {
			var page ogen.Page
			return errors.Join(page.UnmarshalJSON(body), whole(page.Results))
		}},
		{"by hand, for this very JSON", func() error {
			page, err := floor.Decode(body, pageEvents)
			if err != nil {
				return err
			}
			return whole(page.Results)
		}},
		{"by hand, with the work of this client", func() error {
			page, err := floor.DecodeAny(body, pageEvents)
			if err != nil {
				return err
			}
			return whole(page.Results)
		}},
		{"memcpy: decodes nothing", func() error {
			copy(to, body)
			return nil
		}},
		{"**this client**, Page.UnmarshalJSON", func() error {
			var page ll2.Page[ll2.DockingEvent]
			return errors.Join(page.UnmarshalJSON(body), whole(page.Results))
		}},
	}
}

func whole[T any](results []T) error {
	if len(results) != pageEvents {
		return errors.New("not all events of the page")
	}
	return nil
}

// fromMemory returns a client that gets body for an answer, whatever it asks.
func fromMemory(body []byte) (*ll2.Client, error) {
	return ll2.New(ll2.WithoutRateLimit(), ll2.WithHTTPClient(&http.Client{Transport: answers(body)}))
}

type answers []byte

func (a answers) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		Status:        "200 OK",
		StatusCode:    http.StatusOK,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(bytes.NewReader(a)),
		ContentLength: int64(len(a)),
		Request:       req,
	}, nil
}

// decodingOtherwise measures the same page as it could be written one day: with the keys
// in another order, and with a new key in each object.
func decodingOtherwise(ctx context.Context, how effort) (string, error) {
	base, stop, err := start(ctx, serving{events: allEvents})
	if err != nil {
		return "", err
	}
	defer stop()
	var rows []row
	for _, kind := range []string{"normal", "another order", "unknown keys"} {
		body, err := pageOf(ctx, base, kind)
		if err != nil {
			return "", err
		}
		rows = append(rows, row{ours + ", " + kind, func() error {
			var page ll2.Page[ll2.DockingEvent]
			return errors.Join(page.UnmarshalJSON(body), whole(page.Results))
		}}, row{"by hand, with the work of this client, " + kind, func() error {
			page, err := floor.DecodeAny(body, pageEvents)
			if err != nil {
				return err
			}
			return whole(page.Results)
		}})
	}
	all, err := measure(rows, how.rounds, how.times(10))
	if err != nil {
		return "", err
	}
	return comparison("page", rows[0].name, all), nil
}
