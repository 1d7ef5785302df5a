package cookbook

import (
	"context"
	"database/sql"
	"iter"

	_ "github.com/ncruces/go-sqlite3/driver" // the name of the driver is sqlite3

	"github.com/docking-event/ll2"
)

// ToSQLite writes all events into the table dockings and returns their number. An
// event that is there already is replaced. If it fails, the table stays as it was.
func ToSQLite(ctx context.Context, db *sql.DB, all iter.Seq2[*ll2.DockingEvent, error]) (n int, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() //nolint:errcheck // it has no effect after Commit
	if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS dockings (
		id INTEGER PRIMARY KEY, docking TIMESTAMP NOT NULL, departure TIMESTAMP,
		craft TEXT NOT NULL, port TEXT NOT NULL, station_id INTEGER NOT NULL, station TEXT NOT NULL)`); err != nil {
		return 0, err
	}
	insert, err := tx.PrepareContext(ctx, `REPLACE INTO dockings VALUES (?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return 0, err
	}
	defer insert.Close()
	for event, err := range all {
		if err != nil {
			return 0, err
		}
		port := event.DockingLocation
		if _, err := insert.ExecContext(ctx, event.ID, event.Docking, event.Departure, // nil is NULL
			event.FlightVehicle.Spacecraft.Name, port.Name, port.SpaceStation.ID, port.SpaceStation.Name); err != nil {
			return 0, err
		}
		n++
	}
	return n, tx.Commit()
}
