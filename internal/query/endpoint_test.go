package query_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/docking-event/ll2/internal/query"
)

var dockings = query.Endpoint{Version: "2.2.0", Name: "docking_event/"}

func TestAPathIsAVersionAndAName(t *testing.T) {
	for path, want := range map[string]query.Endpoint{
		"2.2.0/docking_event/":    dockings,
		"/2.2.0/docking_event":    dockings,
		"//2.2.0/docking_event//": dockings,
		"10.20.30/a":              {Version: "10.20.30", Name: "a/"},
		"docking_event/":          {Name: "docking_event/"},
		"2.2.0/config/astronaut/": {Version: "2.2.0", Name: "config/astronaut/"},
		"ll2/2.2.0/astronaut/":    {Name: "ll2/2.2.0/astronaut/"}, // a version stands first
		"2.2/astronaut/":          {Name: "2.2/astronaut/"},
		"v2.2.0/astronaut/":       {Name: "v2.2.0/astronaut/"},
		"2.2.0./astronaut/":       {Name: "2.2.0./astronaut/"},
		"2.2.0/.../":              {Version: "2.2.0", Name: ".../"},
	} {
		got, err := query.ParsePath(path)
		if got != want || err != nil {
			t.Errorf("%q is %+v, %v; want %+v", path, got, err, want)
			continue
		}
		if again, err := query.ParsePath(got.Path()); again != got || err != nil {
			t.Errorf("%q is %+v, and its path %q is %+v, %v", path, got, got.Path(), again, err)
		}
	}
}

func TestWhatIsNoPathOfAnEndpointIsRefused(t *testing.T) {
	for _, path := range []string{
		"", "/", "//", "2.2.0", "/2.2.0/", "2.2.0//docking_event/", ".", "..", "2.2.0/../docking_event/", "2.2.0/docking_event/.",
		"docking_event/?limit=10", "docking_event/#x", "docking%5Fevent/", "a%2Fb/", `2.2.0\docking_event\`,
		"https://ll.thespacedevs.com/2.2.0/docking_event/", "docking event/", "docking_event/\n", "docking\tevent", "a\x00", "a\x7f",
	} {
		if got, err := query.ParsePath(path); err == nil || got != (query.Endpoint{}) {
			t.Errorf("%q is %+v, %v; want an error", path, got, err)
		}
	}
}

func TestAnEndpointSaysWhatItsRowsAreCalled(t *testing.T) {
	for want, e := range map[string]query.Endpoint{
		"docking event":           dockings,
		"astronaut":               {Name: "astronaut/"},
		"config/astronaut status": {Version: "2.2.0", Name: "config/astronaut_status/"},
	} {
		if e.String() != want {
			t.Errorf("a row of %s is a %s, want %s", e.Path(), e, want)
		}
	}
}

func TestOnlyTheEndOfALinksPathCounts(t *testing.T) {
	for _, address := range []string{
		"https://ll.thespacedevs.com/2.2.0/docking_event/",
		"http://elsewhere.example:8080/2.2.0/docking_event/",
		"https://root:root@elsewhere.example/mirror/9.9.9/docking_event/",
		"//elsewhere.example/docking_event/",
		"/docking_event/",
		"docking_event/",
		"/a//docking_event/",
		"/launch/../docking_event/",
		"/a%2Fb/docking_event/",
		"/2.2.0/docking%5Fevent/", // an underscore
		"/2.2.0/docking_event/5/docking_event/",
	} {
		for _, rest := range []string{"?limit=7&offset=14", "?format=api&limit=7&offset=14&format=json", "?limit=7&offset=%31%34#format=api"} {
			q, err := dockings.ParseLink(address + rest)
			if err != nil || q.Encode() != "limit=7&offset=14" {
				t.Errorf("%s%s has the query %s, %v", address, rest, q.Encode(), err)
			}
		}
	}
	nested := query.Endpoint{Version: "2.2.0", Name: "config/astronaut/"}
	if _, err := nested.ParseLink("/2.2.0/config/astronaut/"); err != nil {
		t.Error(err)
	}
	if _, err := nested.ParseLink("/2.2.0/astronaut/"); !errors.Is(err, query.ErrForeign) {
		t.Errorf("half of the name: %v", err)
	}
}

func TestALinksQueryIsKeptAsItIs(t *testing.T) {
	for link, want := range map[string]string{
		"/docking_event/":                            "",
		"/docking_event/?":                           "",
		"/docking_event/?search=a%26b+c%2B":          "search=a%26b+c%2B",
		"/docking_event/?mode=&offset=0":             "mode=&offset=0",
		"/docking_event/?limit=1&limit=2":            "limit=1&limit=2",
		"/docking_event/?Format=api&formats=x&f=y":   "Format=api&f=y&formats=x",
		"/docking_event/?unknown=%C3%A9&a%5B%5D=1":   "a%5B%5D=1&unknown=%C3%A9",
		"/docking_event/?next=/docking_event/?a=b%3": "?", // damaged
	} {
		q, err := dockings.ParseLink(link)
		if want == "?" {
			if !errors.Is(err, query.ErrForeign) {
				t.Errorf("%s: %v", link, err)
			}
		} else if err != nil || q.Encode() != want {
			t.Errorf("%s has the query %s, %v; want %s", link, q.Encode(), err, want)
		}
	}
}

func TestALinkElsewhereIsForeign(t *testing.T) {
	for _, link := range []string{
		"",
		"?limit=10&offset=10",
		"#/docking_event/",
		"https://api.example",
		"https://api.example/?next=/docking_event/",
		"https://api.example/2.2.0/launch/",
		"https://api.example/2.2.0/docking_event",
		"https://api.example/2.2.0/docking_event.",
		"https://api.example/2.2.0/docking_event./",
		"https://api.example/2.2.0/docking_event/.",
		"https://api.example/2.2.0/docking_event/..",
		"https://api.example/2.2.0/docking_event//",
		"https://api.example/2.2.0/docking_event/5/",
		"https://api.example/2.2.0/docking_event/;v=1",
		"https://api.example/2.2.0/docking_events/",
		"https://api.example/2.2.0/Docking_Event/",
		"https://api.example/2.2.0/space_docking_event/",
		"https://api.example/2.2.0/a%2Fdocking_event/", // one element, with a slash in it
		"https://api.example/2.2.0/docking_event%2F",
		`https://api.example/2.2.0\docking_event/`,
		"https:docking_event/",
		"mailto:docking_event/",
		"https://api example/docking_event/",
		"https://api.example/%zz/docking_event/",
		"https://api.example/docking_event/?a=%zz",
		"https://api.example/docking_event/?limit=7;offset=7",
		"://",
		"\x00",
	} {
		if q, err := dockings.ParseLink(link); !errors.Is(err, query.ErrForeign) || q != nil {
			t.Errorf("%q has the query %v, %v; want ErrForeign", link, q, err)
		}
	}
}

const example = "https://ll.thespacedevs.com/"

func TestABaseURLLosesItsVersionAndNothingElse(t *testing.T) {
	for base, want := range map[string]string{
		"https://x":                       "https://x/",
		"https://x/":                      "https://x/",
		"https://x//":                     "https://x/",
		"https://x/2.2.0":                 "https://x/",
		"https://x/2.2.0/":                "https://x/",
		"https://x/2.2.0//":               "https://x/",
		"https://x/2.2.0/.":               "https://x/",
		"https://x/2.2.0/a/..":            "https://x/",
		"https://x/10.20.30/":             "https://x/",
		"https://x/2.2.0/2.3.0/":          "https://x/2.2.0/", // one
		"https://x/2.2.0/ll2":             "https://x/2.2.0/ll2/",
		"https://x/2.2.0./":               "https://x/2.2.0./",
		"https://x/v2.2.0/":               "https://x/v2.2.0/",
		"https://x/2.2/":                  "https://x/2.2/",
		"https://x/ll2/v/2.2.0":           "https://x/ll2/v/",
		"https://x/ll2/":                  "https://x/ll2/",
		"https://x/a/../b":                "https://x/b/",
		"https://x/../..":                 "https://x/",
		"https://x/a%20b%2Fc":             "https://x/a%20b%2Fc/",
		"https://x/a%2Fb/2.2.0/":          "https://x/a%2Fb/",
		"https://x/a%2F2.2.0/":            "https://x/a%2F2.2.0/", // one element, with a slash in it
		"https://x/a%2Fdocking_event/":    "https://x/a%2Fdocking_event/",
		"https://x/%C3%A9/2.2.0":          "https://x/%C3%A9/",
		"https://x/docking_event/mirror/": "https://x/docking_event/mirror/", // no id
		"https://x/docking_event/2.2.0/":  "https://x/docking_event/",
		"https://x/7/":                    "https://x/7/",
		"https://x/a/7/":                  "https://x/a/7/",
		"https://x/docking_event/7/a/":    "https://x/docking_event/7/a/",
		"https://x/my_docking_event/":     "https://x/my_docking_event/",
		"https://x/docking_eventful/":     "https://x/docking_eventful/",
		"https://x./2.2.0/":               "https://x./",
		"HTTPS://X.example:443/2.2.0":     "https://X.example:443/",
		"http://[::1]:8080/2.2.0":         "http://[::1]:8080/",
		"https://x#":                      "https://x/",
	} {
		u, err := query.ParseBase(base, example)
		if err != nil {
			t.Errorf("%s: %v", base, err)
			continue
		}
		if u.String() != want {
			t.Errorf("%s became %s, want %s", base, u, want)
		}
		if again, err := url.Parse(u.String()); err != nil || again.JoinPath("2.2.0/a/").String() != want+"2.2.0/a/" {
			t.Errorf("below %s lies %s, %v", u, again.JoinPath("2.2.0/a/"), err)
		}
	}
}

func TestABaseURLThatLeadsToAnEndpointIsRefused(t *testing.T) {
	for base, to := range map[string]string{
		"https://x/docking_event":                "docking_event",
		"https://x/2.2.0/docking_event/":         "docking_event",
		"https://x/ll2/2.2.0/docking_event/7/":   "docking_event/7",
		"https://x/ll2/2.3.0/docking_events/70":  "docking_events/70",
		"https://x/2.3.0/docking_events//":       "docking_events",
		"https://x/2.2.0/api-throttle/":          "api-throttle",
		"https://x/docking_event/./7":            "docking_event/7",
		"https://x/2.2.0/docking_event/7/..":     "docking_event",
		"https://x/2.2.0/docking%5Fevent/":       "docking_event",
		"https://x/docking_event/docking_event/": "docking_event",
		"https://x/docking_event/2.2.0/../7":     "docking_event/7",
	} {
		u, err := query.ParseBase(base, example)
		if err == nil || u != nil || !strings.Contains(err.Error(), `before "`+to+`"`) || !strings.Contains(err.Error(), base) {
			t.Errorf("%s: %v, %v; want an error that names it and %q", base, u, err, to)
		}
	}
}

func TestWhatIsNoBaseURLIsRefused(t *testing.T) {
	for base, says := range map[string]string{
		"":                         example,
		"x/2.2.0/":                 example,
		"/2.2.0/":                  example,
		"//x/2.2.0/":               example,
		"ftp://x/":                 example,
		"https:///2.2.0/":          example,
		"https://:443/":            example,
		"https:x":                  example,
		"https://x:port/":          example,
		"https://a b/":             example,
		"https://x/\x00":           example,
		"https://x/%zz":            example,
		"https://me@x/":            "WithToken",
		"https://@x/":              "WithToken",
		"https://x/?mode=list":     "query",
		"https://x/?":              "query",
		"https://x/#top":           "fragment",
		"https://x/2.2.0/?a=b#":    "query",
		"https://x/docking_event?": "query",
	} {
		u, err := query.ParseBase(base, example)
		if err == nil || u != nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, %v; want an error with %q", base, u, err, says)
		}
	}
}

func TestNoPasswordStandsInTheErrorOfABaseURL(t *testing.T) {
	for _, base := range []string{
		"https://me:secret@x/", "https://me:secret@x y/", "ftp://me:secret@x/", "https://me:secret@x:port/", "me:secret@x",
		"https://me:secret@/%zz", "https:/me:secret@x/", "https:///me:secret@x/", "/me:secret@x/", "//me:secret@x/", "me@x:secret@y",
	} {
		if _, err := query.ParseBase(base, example); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v; want an error without the password", base, err)
		}
	}
}
