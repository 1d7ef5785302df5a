package mirror_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func TestOnlyPagesOfAllowedOriginsCanRead(t *testing.T) {
	server := ll2test.NewServer(ll2test.Events(5)...)
	closed := open(t, server.Client(), mirror.Memory())
	some := open(t, server.Client(), mirror.Memory(), mirror.AllowOrigins("https://a.example", "http://localhost:3000"))
	all := open(t, server.Client(), mirror.Memory(), mirror.AllowOrigins("*"))
	for _, test := range []struct {
		m            *mirror.Mirror
		origin, want string
	}{
		{closed, "https://a.example", ""},
		{some, "https://a.example", "https://a.example"},
		{some, "http://localhost:3000", "http://localhost:3000"},
		{some, "https://b.example", ""},
		{some, "null", ""},
		{all, "https://b.example", "*"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPost} {
			resp := serve(t, test.m, method, list, "Origin", test.origin, "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization")
			h := resp.Header
			if got := h.Get("Access-Control-Allow-Origin"); got != test.want || h.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s from %s: %q", method, test.origin, got)
			}
			if got := h.Get("Access-Control-Allow-Methods"); (got != "") != (test.want != "" && method == http.MethodOptions) {
				t.Errorf("%s from %s: methods %q", method, test.origin, got)
			}
			preflight := test.want != "" && method == http.MethodOptions
			if got := h.Get("Access-Control-Allow-Headers"); strings.Contains(got, "Authorization") != preflight {
				t.Errorf("%s from %s: headers %q", method, test.origin, got)
			}
			if got := strings.Contains(strings.Join(h.Values("Vary"), ","), "Origin"); got != (test.m == some) {
				t.Errorf("%s from %s: Vary %q", method, test.origin, h.Values("Vary"))
			}
			want := map[string]int{"GET": 200, "HEAD": 200, "OPTIONS": 204, "POST": 405}[method]
			if resp.StatusCode != want || (h.Get("Allow") == "GET, HEAD, OPTIONS") != (want > 200) {
				t.Errorf("%s: %d, Allow %q", method, resp.StatusCode, h.Get("Allow"))
			}
		}
	}
	for _, origin := range []string{"", "a.example", "https://a.example/", "https://", "//a.example", "https://a.example/path", "%"} {
		if _, err := mirror.Open(server.Client(), mirror.Memory(), mirror.AllowOrigins("*", origin)); err == nil || !strings.HasPrefix(err.Error(), "mirror: AllowOrigins: ") {
			t.Errorf("AllowOrigins(%q): %v", origin, err)
		}
	}
}
