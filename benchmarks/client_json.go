package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/go-resty/resty/v2"
	"github.com/hashicorp/go-retryablehttp"

	"github.com/docking-event/ll2/benchmarks/model"
)

// follow walks along the next links with what gets one page.
func follow(first string, get func(ctx context.Context, url string) (*model.Page, error)) walk {
	return func(ctx context.Context, visit func(event) bool) error {
		for next := first; next != ""; {
			page, err := get(ctx, next)
			if err != nil {
				return err
			}
			for i := range page.Results {
				if !visit(modelEvent(&page.Results[i])) {
					return nil
				}
			}
			next = value(page.Next)
		}
		return nil
	}
}

func openPlain(t target) (walk, error) {
	return follow(t.first(), func(ctx context.Context, url string) (*model.Page, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, err
		}
		resp, err := t.http.Do(req)
		if err != nil {
			return nil, err
		}
		return decode(resp)
	}), nil
}

func openRetryable(t target) (walk, error) {
	client := retryablehttp.NewClient()
	client.HTTPClient = t.http
	client.Logger = nil
	return follow(t.first(), func(ctx context.Context, url string) (*model.Page, error) {
		req, err := retryablehttp.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, err
		}
		resp, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		return decode(resp)
	}), nil
}

func openResty(t target) (walk, error) {
	client := resty.NewWithClient(t.http)
	return follow(t.first(), func(ctx context.Context, url string) (*model.Page, error) {
		page := new(model.Page)
		resp, err := client.R().SetContext(ctx).SetResult(page).Get(url)
		if err == nil && resp.StatusCode() != http.StatusOK {
			err = fmt.Errorf("GET %s: %s", url, resp.Status())
		}
		return page, err
	}), nil
}

func decode(resp *http.Response) (*model.Page, error) {
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", resp.Request.URL, resp.Status)
	}
	page := new(model.Page)
	if err := json.NewDecoder(resp.Body).Decode(page); err != nil {
		return nil, err
	}
	// Read to its end, or the connection is lost.
	_, err := io.Copy(io.Discard, resp.Body)
	return page, err
}

func modelEvent(e *model.DockingEvent) event {
	craft := &e.FlightVehicle.Spacecraft
	return event{
		id:         e.ID,
		docking:    e.Docking,
		departure:  value(e.Departure),
		missionEnd: value(e.FlightVehicle.MissionEnd),
		craft:      craft.Name,
		serial:     value(craft.SerialNumber),
		text:       craft.Description,
		flights:    value(craft.FlightsCount),
		agency:     value(craft.Config.Agency).Name,
		station:    e.DockingLocation.SpaceStation.ID,
		history:    value(craft.Config.History),
	}
}
