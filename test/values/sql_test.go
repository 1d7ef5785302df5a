package values_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/test/testkit"
)

// A row is a database of one row: it returns the value that was stored last. Real
// drivers return a text as text or as bytes, and a date as a time.
type row struct {
	stored []driver.Value
	back   func(driver.Value) driver.Value // what a stored value comes back as; nil: as it is
}

func (r *row) Connect(context.Context) (driver.Conn, error) { return r, nil }
func (r *row) Driver() driver.Driver                        { return nil }
func (r *row) Prepare(string) (driver.Stmt, error)          { return r, nil }
func (r *row) Begin() (driver.Tx, error)                    { return nil, errors.New("no transactions") }
func (r *row) Close() error                                 { return nil }
func (r *row) NumInput() int                                { return -1 }

func (r *row) Exec(args []driver.Value) (driver.Result, error) {
	r.stored = args
	return driver.RowsAffected(1), nil
}

func (r *row) Query([]driver.Value) (driver.Rows, error) {
	answer := &rows{columns: make([]string, len(r.stored)), left: make([]driver.Value, len(r.stored))}
	for i, v := range r.stored {
		if answer.left[i] = v; r.back != nil && v != nil {
			answer.left[i] = r.back(v)
		}
	}
	return answer, nil
}

// rows are an answer of one row.
type rows struct {
	columns []string
	left    []driver.Value // nil: it was read
}

func (r *rows) Columns() []string { return r.columns }
func (r *rows) Close() error      { return nil }

func (r *rows) Next(dest []driver.Value) error {
	if r.left == nil {
		return io.EOF
	}
	copy(dest, r.left)
	r.left = nil
	return nil
}

// storeAndRead stores values and reads them into dest.
func storeAndRead(t *testing.T, r *row, values, dest []any) error {
	t.Helper()
	db := sql.OpenDB(r)
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "INSERT", values...); err != nil {
		return err
	}
	return db.QueryRowContext(t.Context(), "SELECT").Scan(dest...)
}

var (
	maiden   = ll2.Date{Year: 1967, Month: time.April, Day: 23}
	inSpace  = ll2.Duration{Duration: 108*24*time.Hour + 4*time.Hour + 24*time.Minute + 37*time.Second}
	asStored = map[string]func(driver.Value) driver.Value{
		"text":  nil,
		"bytes": func(v driver.Value) driver.Value { return []byte(v.(string)) },
	}
)

func TestDatesAndDurationsComeBackFromADatabase(t *testing.T) {
	t.Parallel()
	for name, back := range asStored {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got, want struct {
				Date               ll2.Date
				DatePointer        *ll2.Date
				NoDate             *ll2.Date
				NullDate           sql.Null[ll2.Date]
				NotEvenADate       sql.Null[ll2.Date]
				Length             ll2.Duration
				LengthPointer      *ll2.Duration
				NoLength           *ll2.Duration
				NullLength         sql.Null[ll2.Duration]
				NotEvenALength     sql.Null[ll2.Duration]
				Negative, Shortest ll2.Duration
			}
			want.Date, want.DatePointer = maiden, &maiden
			want.NullDate = sql.Null[ll2.Date]{V: maiden, Valid: true}
			want.Length, want.LengthPointer = inSpace, &inSpace
			want.NullLength = sql.Null[ll2.Duration]{V: inSpace, Valid: true}
			want.Negative, want.Shortest = ll2.Duration{Duration: math.MinInt64}, ll2.Duration{Duration: 1}
			// The earlier values must not remain.
			got.NoDate, got.NoLength = &maiden, &inSpace
			got.NotEvenADate, got.NotEvenALength = want.NullDate, want.NullLength

			var values, dest []any
			from, into := reflect.ValueOf(&want).Elem(), reflect.ValueOf(&got).Elem()
			for i := range from.NumField() {
				values, dest = append(values, from.Field(i).Interface()), append(dest, into.Field(i).Addr().Interface())
			}
			r := &row{back: back}
			if err := storeAndRead(t, r, values, dest); err != nil {
				t.Fatal(err)
			}
			testkit.WantSame(t, got, want)
			if r.stored[0] != "1967-04-23" || r.stored[2] != nil || r.stored[5] != "P108DT4H24M37S" || r.stored[7] != nil {
				t.Errorf("stored %q", r.stored)
			}
		})
	}
}

// A column that the database knows to be a date comes as a time, which is midnight in
// UTC or in the time zone that the driver has for the database.
func TestADateIsReadFromATimeAsItsDayThere(t *testing.T) {
	t.Parallel()
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("", 14*3600), time.FixedZone("", -12*3600)} {
		for _, clock := range []time.Duration{0, 24*time.Hour - 1} {
			midnight := func(v driver.Value) driver.Value {
				day, err := time.ParseInLocation(time.DateOnly, v.(string), zone)
				if err != nil {
					t.Error(err)
				}
				return day.Add(clock)
			}
			var got ll2.Date
			if err := storeAndRead(t, &row{back: midnight}, []any{maiden}, []any{&got}); err != nil || got != maiden {
				t.Errorf("%v in %v: %v (%v), want %v", clock, zone, got, err, maiden)
			}
		}
	}
}

// A time.Duration is stored as its nanoseconds, which some drivers give back as
// the digits.
func TestADurationIsReadFromNanosecondsToo(t *testing.T) {
	t.Parallel()
	digits := func(v driver.Value) driver.Value { return strconv.AppendInt(nil, v.(int64), 10) }
	for _, want := range []time.Duration{inSpace.Duration, 0, -1, math.MinInt64, math.MaxInt64} {
		for name, back := range map[string]func(driver.Value) driver.Value{"a number": nil, "digits": digits} {
			var got ll2.Duration
			if err := storeAndRead(t, &row{back: back}, []any{want}, []any{&got}); err != nil || got.Duration != want {
				t.Errorf("%d as %s: %d (%v)", want, name, got.Duration, err)
			}
		}
	}
}

func TestWhatIsNoDateAndNoDurationIsAnErrorThatSaysWhy(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		stored             any
		noDate, noDuration string
	}{
		{nil, "NULL cannot be scanned into a Date; use *Date or sql.Null[ll2.Date]", "NULL cannot be scanned into a Duration; use *Duration or sql.Null[ll2.Duration]"},
		{"", `date "" is not of the form 2006-01-02`, `duration "" is not of the form P108DT4H24M37S`},
		{[]byte("108 days"), `date "108 days" is not`, `duration "108 days" is not`},
		{"1967-02-30", `date "1967-02-30" is not`, `duration "1967-02-30" is not`},
		{"9223372036854775808", "is not of the form", "is not of the form"},
		{"P200Y", "is not of the form", "is not of the form"},
		{"P106752D", "is not of the form", "is longer than 292 years"},
		{1.5, "float64 cannot be scanned into a Date; it takes a text like 2006-01-02 and a time", "float64 cannot be scanned into a Duration; it takes a text like P108DT4H24M37S and whole nanoseconds"},
		{true, "bool cannot be scanned into a Date", "bool cannot be scanned into a Duration"},
		{maiden.Time(), "", "time.Time cannot be scanned into a Duration"},
		{int64(19670423), "int64 cannot be scanned into a Date", ""},
	} {
		date, duration := ll2.Date{Year: 1957, Month: time.October, Day: 4}, ll2.Duration{Duration: 42}
		for _, read := range []struct {
			want string
			dest any
		}{{tt.noDate, &date}, {tt.noDuration, &duration}} {
			if read.want == "" {
				continue
			}
			err := storeAndRead(t, new(row), []any{tt.stored}, []any{read.dest})
			if err == nil {
				t.Errorf("%#v was read as %v", tt.stored, read.dest)
				continue
			}
			testkit.WantError(t, errors.Unwrap(err), read.want) // database/sql names the column
		}
		if before := (ll2.Date{Year: 1957, Month: time.October, Day: 4}); tt.noDate != "" && date != before {
			t.Errorf("%#v: the error leaves %v behind", tt.stored, date)
		}
		if tt.noDuration != "" && duration.Duration != 42 {
			t.Errorf("%#v: the error leaves %v behind", tt.stored, duration)
		}
	}
}

func TestADateThatTheCalendarDoesNotHaveIsNotStored(t *testing.T) {
	t.Parallel()
	for _, date := range []ll2.Date{{}, {Year: 2024, Month: time.February, Day: 30}, {Year: 10000, Month: time.May, Day: 6}} {
		r := new(row)
		err := storeAndRead(t, r, []any{date}, nil)
		if err == nil || !strings.Contains(err.Error(), "ll2: date "+strconv.Quote(date.String())) || r.stored != nil {
			t.Errorf("%+v is stored as %q (%v)", date, r.stored, err)
		}
	}
}
