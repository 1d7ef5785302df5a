package cookbook_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/examples/cookbook"
	"github.com/docking-event/ll2/ll2test"
)

func ExampleToSQLite() {
	db, err := sql.Open("sqlite3", "file:dockings?mode=memory&cache=shared") // in a program: file:dockings.db
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	ctx := context.Background()
	server := ll2test.NewServer(ll2test.Events(515)...) // in a program: ll2.New()
	n, err := cookbook.ToSQLite(ctx, db, server.Client().DockingEvents.All(ctx))
	fmt.Println(n, "events,", len(server.Requests()), "requests, error:", err)

	rows, err := db.QueryContext(ctx, `SELECT station, count(*), sum(departure IS NULL) FROM dockings GROUP BY station_id ORDER BY 2 DESC LIMIT 3`)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rows.Close()
	for rows.Next() {
		var station string
		var dockings, open int
		if err := rows.Scan(&station, &dockings, &open); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %d dockings, %d still docked\n", station, dockings, open)
	}
	fmt.Println("error:", rows.Err())
	// Output:
	// 515 events, 6 requests, error: <nil>
	// International Space Station: 293 dockings, 7 still docked
	// Mir: 118 dockings, 0 still docked
	// Salyut 6: 34 dockings, 0 still docked
	// error: <nil>
}

func TestTheTableStaysAsItWasIfReadingFails(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite3", "file:"+t.TempDir()+"/dockings.db")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	server := ll2test.NewServer(ll2test.Events(150)...)
	client := server.Client(ll2.WithRetries(0))
	for i, want := range []struct{ stored, rows int }{{150, 150}, {0, 150}, {120, 150}} {
		switch i {
		case 1:
			server.Fail(ll2test.Fault{}, ll2test.Fault{Status: 502}) // the second page
		case 2:
			server.SetEvents(ll2test.Events(150)[:120]...)
		}
		n, err := cookbook.ToSQLite(t.Context(), db, client.DockingEvents.All(t.Context()))
		if n != want.stored || (err != nil) != (i == 1) {
			t.Errorf("run %d: stored %d, want %d: %v", i, n, want.stored, err)
		}
		var rows int
		if err := db.QueryRow(`SELECT count(*) FROM dockings`).Scan(&rows); err != nil || rows != want.rows {
			t.Errorf("run %d: %d rows, want %d: %v", i, rows, want.rows, err)
		}
	}
}
