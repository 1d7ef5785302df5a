package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
)

// A page230 is a page of version 2.3.0 as one writes it for encoding/json.
type page230 struct {
	Count    int                  `json:"count"`
	Next     *string              `json:"next"`
	Previous *string              `json:"previous"`
	Results  []ll230.DockingEvent `json:"results"`
}

// decoding230 measures one page of 100 events of version 2.3.0 without a network. All
// read the same structs.
func decoding230(ctx context.Context, how effort) (string, error) {
	body, err := pageOf230(ctx)
	if err != nil {
		return "", err
	}
	list, err := fromMemory(body)
	if err != nil {
		return "", err
	}
	service := ll230.DockingEvents(list)
	all, err := measure([]row{
		{plainDecoder, func() error {
			var page page230
			return errors.Join(json.Unmarshal(body, &page), whole(page.Results))
		}},
		{"go-json-experiment/json, which is v2 of it", func() error {
			var page page230
			return errors.Join(jsonv2.Unmarshal(body, &page), whole(page.Results))
		}},
		{"**this client**, Page.UnmarshalJSON", func() error {
			var page ll2.Page[ll230.DockingEvent]
			return errors.Join(page.UnmarshalJSON(body), whole(page.Results))
		}},
		{"**this client**, List with the answer in memory", func() error {
			page, err := service.List(ctx)
			if err != nil {
				return err
			}
			return whole(page.Results)
		}},
	}, how.rounds, how.times(10))
	if err != nil {
		return "", err
	}
	return comparison("decoder", plainDecoder, all), nil
}

// pageOf230 returns the first page in the normal shape.
func pageOf230(ctx context.Context) ([]byte, error) {
	server := ll2test.NewServer()
	server.SetEvents230(ll2test.Events230(allEvents)...)
	query, err := ll230.Query()
	if err != nil {
		return nil, err
	}
	req := httptest.NewRequestWithContext(ctx, http.MethodGet, "/2.3.0/docking_events/?"+query.Encode(), nil)
	answer := httptest.NewRecorder()
	server.ServeHTTP(answer, req)
	if answer.Code != http.StatusOK {
		return nil, fmt.Errorf("the fake answered %d", answer.Code)
	}
	return bytes.Clone(answer.Body.Bytes()), nil
}
