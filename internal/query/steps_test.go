package query_test

import (
	"net/url"
	"strconv"
	"testing"

	"github.com/docking-event/ll2/internal/query"
)

// The next query is the text that Encode returns for the same query with another offset.
func TestTheNextQueryIsTheSameWithTheOffsetOneSizeFurtherOn(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"limit=10",
		"limit=10&offset=0",
		"limit=10&offset=20",
		"limit=10&ordering=docking%2Cid",
		"limit=100&offset=300&ordering=docking%2Cid&search=a+%26+b",
		"docking__gt=2024-01-31T12%3A00%3A00Z&limit=7&mode=detailed&offset=14&ordering=docking%2Cid",
		"limit=7&mode=detailed&space_station__id=4",
		"limit=7&search=offset%3D3",
		"limit=7&xoffset=3",
	} {
		q := parse(t, text)
		offset, _ := strconv.Atoi(q.Get(query.Offset))
		size, _ := strconv.Atoi(q.Get(query.Limit))
		s := query.StepsFrom(text)
		if s.Offset != offset || s.Size != size {
			t.Errorf("%s: at %d by %d, want %d by %d", text, s.Offset, s.Size, offset, size)
		}
		for range 3 {
			offset += size
			q.Set(query.Offset, strconv.Itoa(offset))
			if got := s.Next(); got != q.Encode() {
				t.Errorf("behind %s comes %s, want %s", text, got, q.Encode())
			}
			s.Offset += s.Size
		}
	}
}

func TestNothingNewComesBehindAQueryWithoutASize(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "offset=10", "limit=&offset=10", "limit=ten&offset=10", "limit=0&offset=10"} {
		s := query.StepsFrom(text)
		q, err := url.ParseQuery(s.Next())
		if err != nil || s.Size != 0 || q.Get(query.Offset) != strconv.Itoa(s.Offset) {
			t.Errorf("behind %q comes %q, %v, by %d", text, s.Next(), err, s.Size)
		}
	}
}
