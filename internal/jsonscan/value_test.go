package jsonscan_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// wantValues checks which values of fields are read, and which are left to
// encoding/json.
func wantValues(t *testing.T, fields []string, values map[string]bool) {
	t.Helper()
	for value, want := range values {
		for _, field := range fields {
			data := fmt.Sprintf(`{%q:%s}`, field, value)
			if done := scan(t, data); done != want {
				t.Errorf("%s was read: %t, want %t", data, done, want)
			}
		}
	}
}

func TestWholeNumbersOfUpTo18DigitsAreRead(t *testing.T) {
	t.Parallel()
	wantValues(t, []string{"id"}, map[string]bool{
		`0`: true, `-0`: true, `1`: true, `-1`: true, `10`: true, ` 7 `: true, `2147483647`: true, `-2147483647`: true,
		`999999999999999999`: strconv.IntSize == 64, `-999999999999999999`: strconv.IntSize == 64,
		`1000000000000000000`: false, `9223372036854775807`: false, `-9223372036854775808`: false, `9223372036854775808`: false,
		`99999999999999999999`: false, `18446744073709551617`: false, `184467440737095516160`: false,
		`1.0`: false, `1e2`: false, `1E2`: false, `-1.5`: false, `true`: false, `"1"`: false, `[]`: false, `{}`: false,
	})
	wantValues(t, []string{"id", "size", "weight", "new"}, map[string]bool{
		`-`: false, `--1`: false, `+1`: false, `01`: false, `-01`: false, `00`: false, `1-`: false, `1_0`: false, `0x1`: false, `١`: false,
		`1.`: false, `.5`: false, `1.e1`: false, `1e`: false, `1e+`: false, `1ee1`: false, `1e1.5`: false, `Inf`: false, `NaN`: false, `-Infinity`: false,
		``: false, `1 1`: false,
	})
}

func TestNumbersAreReadAsEncodingJSONReadsThem(t *testing.T) {
	t.Parallel()
	wantValues(t, []string{"size", "weight"}, map[string]bool{
		`0`: true, `-0`: true, `0.0`: true, `0e0`: true, `1.5`: true, `-1.5e-7`: true, `2E+7`: true, `1e308`: true, `5e-324`: true, `1e-400`: true,
		`179769313486231570000000000000000000000`: true, `0.1000000000000000055511151231257827`: true, ` 7.25 `: true,
		`1e400`: false, `-1e309`: false, `"1.5"`: false, `true`: false,
	})
	wantValues(t, []string{"new"}, map[string]bool{`1e400`: true, `99999999999999999999`: true, `-0.5E-99`: true})
}

func TestBoolsAreReadAsEncodingJSONReadsThem(t *testing.T) {
	t.Parallel()
	wantValues(t, []string{"open", "sealed"}, map[string]bool{
		`true`: true, `false`: true, ` true `: true, `True`: false, `tru`: false, `truee`: false, `falsE`: false, `1`: false, `"true"`: false, `nuLl`: false, ``: false,
	})
}

func TestTimesAreReadAsEncodingJSONReadsThem(t *testing.T) {
	t.Parallel()
	wantValues(t, []string{"since", "Until"}, map[string]bool{
		`"2021-02-03T04:05:06Z"`: true, `"2021-02-03T04:05:06.123456789Z"`: true, `"2021-02-03T04:05:06+23:59"`: true, `"0000-01-01T00:00:00Z"`: true,
		`"9999-12-31T23:59:59-12:00"`: true,
		`"2021-02-03"`:                false, `"2021-02-30T04:05:06Z"`: false, `"2021-02-03 04:05:06Z"`: false,
		`""`: false, `"\u0032021-02-03T04:05:06Z"`: false, `"2021-02-03T04:05:06Z`: false, `1`: false, `true`: false, `{}`: false, `nul`: false,
	})
}

// The form that most times have is read without package time.
func TestATimeWithAnyTwoDigitsIsReadAsEncodingJSONReadsIt(t *testing.T) {
	t.Parallel()
	const plain = "2024-02-03T04:05:06Z"
	for at := range len(plain) - 1 {
		for n := range 100 {
			two := fmt.Sprintf("%02d", n)
			for _, c := range []string{two, two[:1] + ":", "/" + two[1:], " " + two[:1]} {
				data := fmt.Sprintf(`{"since":%q}`, plain[:at]+c+plain[at+2:])
				var want struct{ Since time.Time }
				good := json.Unmarshal([]byte(data), &want) == nil
				if read := scan(t, data); read != good {
					t.Errorf("%s was read: %t, want %t", data, read, good)
				}
			}
		}
	}
}

func TestOwnTextTypesAreReadAsEncodingJSONReadsThem(t *testing.T) {
	t.Parallel()
	wantValues(t, []string{"sum"}, map[string]bool{
		`"` + strings.Repeat("x", 1000) + `"`: true, `"` + strings.Repeat("x", 1001) + `"`: false,
	})
	wantValues(t, []string{"code"}, map[string]bool{
		`"abc"`: true, ` "é1" `: true, `"ab"`: false, `""`: false, `"\u0061bc"`: false, "\"ab\xff\"": false, `"ab`: false, `123`: false, `[97,98,99]`: false,
	})
}
