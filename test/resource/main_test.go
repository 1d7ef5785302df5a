// Package resource_test checks that NewResource gives any list of the service, with
// any struct, what the docking events have: filters, walks that prove themselves,
// one quota, and errors before anything is sent.
package resource_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// An astronaut is a row with a number for an id.
type astronaut struct {
	ID     int    `json:"id"`
	Name   string `json:"name"`
	Status struct {
		ID int `json:"id"`
	} `json:"status"`
}

const astronautPath = "2.2.0/astronaut/"

func astronautID(a *astronaut) int { return a.ID }

func astronauts(c *ll2.Client) *ll2.Resource[astronaut, int] {
	return ll2.NewResource(c, astronautPath, astronautID, "status", "status__id", "in_space")
}

// crew returns n astronauts, numbered from 1. Of every three in a row, one has each
// of the statuses 1 to 3.
func crew(n int) []astronaut {
	all := make([]astronaut, n)
	for i := range all {
		all[i].ID, all[i].Name = i+1, fmt.Sprintf("Astronaut %d", i+1)
		all[i].Status.ID = i%3 + 1
	}
	return all
}

// A launch is a row with a text for an id. It can be told from others by the time
// at which it is due, but for few.
type launch struct {
	ID  string    `json:"id"`
	Net time.Time `json:"net"`
}

// OrderKey returns the time at which the launch is due.
func (l *launch) OrderKey() (string, time.Time) { return "net", l.Net }

const launchPath = "2.2.0/launch/"

func launchID(l *launch) string { return l.ID }

func launches(c *ll2.Client) *ll2.Resource[launch, string] {
	return ll2.NewResource(c, launchPath, launchID, "net__gt", "net__lt", "lsp__id")
}

// manifest returns n launches, of which tie in a row are due at the same time. Their
// ids are UUIDs, in another order than the times.
func manifest(n, tie int) []launch {
	all := make([]launch, n)
	for i := range all {
		all[i].ID = fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(i+1)*0x9e3779b1, i+1)
		all[i].Net = time.Date(2024, 1, 1, i/tie, 0, 0, 0, time.UTC)
	}
	return all
}

// serve returns a server that has rows at a path.
func serve[T any](t *testing.T, path string, rows []T) *ll2test.Server {
	t.Helper()
	server := ll2test.NewServer()
	if err := server.SetRows(path, rows); err != nil {
		t.Fatal(err)
	}
	return server
}

// ids returns the ids of rows, in order.
func ids[T any, ID int | string](rows []*T, id func(*T) ID) []ID {
	all := make([]ID, len(rows))
	for i, row := range rows {
		all[i] = id(row)
	}
	return all
}

// answering returns astronauts of a service that gives the answers one by one, the
// last one again and again.
func answering(t *testing.T, answers ...testkit.Answer) *ll2.Resource[astronaut, int] {
	t.Helper()
	return astronauts(testkit.NewClient(t, testkit.NewScript(answers...)))
}

// ok answers with a body.
func ok(body string) testkit.Answer { return testkit.Status(http.StatusOK, body) }

// A descending row has an order key that is none.
type descending struct {
	ID int `json:"id"`
}

// OrderKey returns no key.
func (*descending) OrderKey() (string, time.Time) { return "-net", time.Time{} }

func isForeign(err error) bool { return errors.Is(err, ll2.ErrForeignLink) }
