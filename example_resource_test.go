package ll2_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/url"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// An Astronaut has the fields that a program needs; others are ignored.
type Astronaut struct {
	ID      int    `json:"id"`
	Name    string `json:"name"`
	InSpace bool   `json:"in_space"`
}

// A Launch has a UUID for an id, and a time at which few others are due.
type Launch struct {
	ID   string    `json:"id"`
	Name string    `json:"name"`
	Net  time.Time `json:"net"`
}

// OrderKey lets a walk keep its order and lose no launch, though the service may not
// sort by id.
func (l *Launch) OrderKey() (key string, value time.Time) { return "net", l.Net }

// astronauts returns the list of ExampleNewResource.
func astronauts() *ll2.Resource[Astronaut, int] {
	server := ll2test.NewServer()
	err := server.SetRows("2.2.0/astronaut/", json.RawMessage(`[
		{"id": 1, "name": "Anna", "in_space": true, "agency": {"id": 63}},
		{"id": 2, "name": "Boris", "in_space": false, "agency": {"id": 63}},
		{"id": 3, "name": "Chiyo", "in_space": true, "agency": {"id": 37}},
		{"id": 4, "name": "Dmitri", "in_space": true, "agency": {"id": 63}},
		{"id": 5, "name": "Elena", "in_space": false, "agency": {"id": 63}}
	]`))
	if err != nil {
		log.Fatal(err)
	}
	return ll2.NewResource(server.Client(), "2.2.0/astronaut/", func(a *Astronaut) int { return a.ID }, "in_space", "agency__id")
}

// Any list of the service can be walked, with a struct that has the fields of
// interest. Name the filters that the program uses, as the service spells them.
func ExampleNewResource() {
	type Agency struct {
		ID      int    `json:"id"`
		Name    string `json:"name"`
		Country string `json:"country_code"`
	}
	ctx := context.Background()
	server := ll2test.NewServer()
	err := server.SetRows("2.2.0/agencies/",
		Agency{63, "Russian Federal Space Agency (ROSCOSMOS)", "RUS"},
		Agency{44, "National Aeronautics and Space Administration", "USA"},
		Agency{121, "SpaceX", "USA"},
	)
	if err != nil {
		log.Fatal(err)
	}
	client := server.Client() // in a program: ll2.New()

	agencies := ll2.NewResource(client, "2.2.0/agencies/", func(a *Agency) int { return a.ID }, "country_code", "featured")
	for agency, err := range agencies.All(ctx, url.Values{"country_code": {"USA"}}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(agency.ID, agency.Name)
	}
	// Output:
	// 44 National Aeronautics and Space Administration
	// 121 SpaceX
}

// Ids can be texts. With an OrderKey a walk by that key loses nothing, though the
// service sorts launches that are due at the same time differently on every page.
func ExampleNewResource_orderKey() {
	ctx := context.Background()
	noon := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	server := ll2test.NewServer()
	err := server.SetRows("2.2.0/launch/",
		Launch{"8ac2a0e4-55e6-4ae8-8a7d-1a3b2f1d5f10", "Soyuz", noon.Add(-time.Hour)},
		Launch{"0f5d8a3e-9c1b-4a38-b1b5-6b1d3c6f2e77", "Falcon 9", noon},
		Launch{"c5a7f7f2-3d0e-4f1a-9a55-0d4c7b8e9a01", "Electron", noon},
	)
	if err != nil {
		log.Fatal(err)
	}
	server.ShuffleTies(1)
	server.IgnoreOrder("id")
	client := server.Client() // in a program: ll2.New()

	launches := ll2.NewResource(client, "2.2.0/launch/", func(l *Launch) string { return l.ID })
	all, err := ll2.Collect(launches.All(ctx, url.Values{"ordering": {"-net"}}, ll2.PageSize(1)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(all), "launches, the earliest one a", all[2].Name)
	// Output: 3 launches, the earliest one a Soyuz
}

// One page, and how many rows there are. For the list see the example of NewResource.
func ExampleResource_List() {
	ctx := context.Background()
	page, err := astronauts().List(ctx, url.Values{"in_space": {"true"}, "ordering": {"-name"}}, ll2.PageSize(2))
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range page.Results {
		fmt.Println(a.Name)
	}
	fmt.Println(len(page.Results), "of", page.Count)

	// A filter that the list was not made with would be ignored by the service.
	_, err = astronauts().List(ctx, url.Values{"in_spaec": {"true"}})
	fmt.Println(err)
	// Output:
	// Dmitri
	// Chiyo
	// 2 of 3
	// ll2: the filters have "in_spaec", which the resource was not made with; the service would silently ignore what it does not know
}

// Pages keep what the service sent together, one request each.
func ExampleResource_Pages() {
	ctx := context.Background()
	for page, err := range astronauts().Pages(ctx, nil, ll2.PageSize(2)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(len(page.Results), "of", page.Count, "and", page.Left(), "requests to go")
	}
	// Output:
	// 2 of 5 and 2 requests to go
	// 2 of 5 and 1 requests to go
	// 1 of 5 and 0 requests to go
}

// All yields each row once, and ends with an error if one is missing.
func ExampleResource_All() {
	ctx := context.Background()
	filters := url.Values{"agency__id": {"63"}, "in_space": {"true"}}
	for a, err := range astronauts().All(ctx, filters) {
		if errors.Is(err, ll2.ErrIncomplete) {
			log.Fatal("rows moved while they were read; walk again")
		} else if err != nil {
			log.Fatal(err)
		}
		fmt.Println(a.ID, a.Name)
	}
	// Output:
	// 1 Anna
	// 4 Dmitri
}

func ExampleResource_Get() {
	ctx := context.Background()
	a, err := astronauts().Get(ctx, 3)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Name, "in space:", a.InSpace)

	_, err = astronauts().Get(ctx, 99)
	fmt.Println("not found:", errors.Is(err, ll2.ErrNotFound))
	// Output:
	// Chiyo in space: true
	// not found: true
}

// The key of a cache, say: equal wishes have equal queries.
func ExampleResource_Query() {
	query, err := astronauts().Query(url.Values{"in_space": {"true"}, "ordering": {"name"}}, ll2.PageSize(50))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(query.Encode())
	// Output: in_space=true&limit=50&ordering=name%2Cid
}
