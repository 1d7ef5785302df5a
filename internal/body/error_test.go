package body_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/body"
)

// A body that was cut anywhere is good as far as it goes, and only that.
func TestEveryCutOfABodyIsTruncated(t *testing.T) {
	t.Parallel()
	recorded, err := os.ReadFile("../../ll2test/testdata/docking_event_list_offset490.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{
		bytes.TrimSpace(recorded),
		[]byte(`{"a":[true,false,null,-1.5e+7,{"b":"\u00e9\\\"\ud83d\ude80é"}],"count":12}`),
		[]byte(" \t\r\n[{}] "),
	} {
		for size := range bytes.TrimRight(data, " ") {
			if !body.Truncated(data[:size]) {
				t.Errorf("the cut behind %q is not found", data[max(0, size-40):size])
			}
		}
		if body.Truncated(data) {
			t.Errorf("the whole of %.40q counts as cut", data)
		}
	}
}

func TestADamagedBodyIsNotTruncated(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		"<html>", "<", "x", `{"id":1}}`, `{"id":1}x`, `{"id":1}{`, `{"id":1]`, `{"id" 1`, `{"id":01`, `{"id":tru,`, `{"a":"\q`, `{"a":"\u12g`, "{\"a\":\"\n",
		`{"id":1,,`, `1 `, `null`, `"text"`, "\x00", "\xff", strings.Repeat("[", 20_000),
	} {
		if body.Truncated([]byte(data)) {
			t.Errorf("%.40q counts as cut", data)
		}
	}
}
