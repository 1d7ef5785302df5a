package service_test

import (
	"net/url"
	"testing"

	"github.com/docking-event/ll2/internal/service"
)

// shapes asks for the only row of a table in the normal and the detailed shape.
func shapes(t *testing.T, table *service.Table, format string) (normal, detailed string) {
	t.Helper()
	const front, behind = `{"count":1,"next":null,"previous":null,"results":[`, "]}"
	normal = list(t, table, "?format="+url.QueryEscape(format))
	detailed = list(t, table, "?mode=detailed&format="+url.QueryEscape(format))
	return normal[len(front) : len(normal)-len(behind)], detailed[len(front) : len(detailed)-len(behind)]
}

func TestNormalShapeIsTheDetailedOneWithoutItsDetails(t *testing.T) {
	t.Parallel()
	rules := &service.Rules{Details: []string{"a", "b", "o.a", "o.b", "o.p.a", "q", "q.a", "q.r.a"}}
	for row, want := range map[string]string{
		`{"id":1}`:                                           `{"id":1}`,
		`{"id":1,"a":2}`:                                     `{"id":1}`,
		`{"a":2,"id":1}`:                                     `{"id":1}`,
		`{"a":2,"id":1,"b":3}`:                               `{"id":1}`,
		`{"a":2,"b":3,"id":1}`:                               `{"id":1}`,
		`{"id":1,"a":2,"b":3,"c":4}`:                         `{"id":1,"c":4}`,
		`{"id":1,"o":{"a":1,"b":{}}}`:                        `{"id":1,"o":{}}`,
		`{"id":1,"o":{"a":1}}`:                               `{"id":1,"o":{}}`,
		`{"id":1,"o":{"c":1,"a":[1,2]}}`:                     `{"id":1,"o":{"c":1}}`,
		`{"id":1,"o":{"a":1,"p":{"a":"}","b":2}}}`:           `{"id":1,"o":{"p":{"b":2}}}`,
		`{"id":1,"o":null,"a":null}`:                         `{"id":1,"o":null}`,
		`{"id":1,"o":[{"a":1}],"c":{"a":1}}`:                 `{"id":1,"o":[{"a":1}],"c":{"a":1}}`,
		`{"id":1,"A":2,"aa":3,"":4}`:                         `{"id":1,"A":2,"aa":3,"":4}`,
		`{"id":1,"\u0061":2,"\"a":3,"b":"\\\"}{][,:"}`:       `{"id":1,"\"a":3}`,
		`{"id":1,"a":{"o":{"a":1}},"q":{"a":{"b":[]}}}`:      `{"id":1}`,
		` { "id" : 1 , "a" : 2 , "c" : [ ] } `:               `{ "id" : 1  , "c" : [ ] }`,
		"{\t\"a\"\r\n:\n2,\n\"id\":1}":                       "{\t\n\"id\":1}",
		`{"q":{"a":1,"x":2,"r":{"y":3,"a":4}},"id":1}`:       `{"id":1}`,
		`{"id":1,"q":{"x":2,"a":1,"r":{"a":4}},"c":5}`:       `{"id":1,"c":5}`,
		`{"a":1,"q":{"a":1,"r":{"y":3,"a":4}},"c":5,"id":1}`: `{"c":5,"id":1}`,
		`{"id":1,"a":1,"a":2}`:                               `{"id":1}`,
	} {
		normal, detailed := shapes(t, newTable(t, rules, row), "")
		if normal != want {
			t.Errorf("%s: %s, want %s", row, normal, want)
		}
		if row[0] == '{' && detailed != row {
			t.Errorf("%s became %s", row, detailed)
		}
	}
}

func TestLabelsNameTheShape(t *testing.T) {
	t.Parallel()
	rules := &service.Rules{
		Details: []string{"a", "b", "o.a", "q"},
		Labels:  map[string]string{"m": "list", "o.m": "a <\"b\">", "o.url": "", "q.m": "list", "a": "list"},
	}
	for row, want := range map[string]string{
		`{"id":1,"m":"detailed"}`:                                      `{"id":1,"m":"list"}`,
		`{"m":"x","id":1}`:                                             `{"m":"list","id":1}`,
		`{"a":1,"m":"","id":1}`:                                        `{"m":"list","id":1}`,
		`{"m":"d","a":1,"id":1,"b":2}`:                                 `{"m":"list","id":1}`,
		`{"m":"d" ,"a":1,"b":2,"id":1}`:                                `{"m":"list" ,"id":1}`,
		`{"id":1,"m":"\"}","b":2}`:                                     `{"id":1,"m":"list"}`,
		`{"id":1,"a":"x","m":"list"}`:                                  `{"id":1,"m":"list"}`,
		`{"id":1,"m":null}`:                                            `{"id":1,"m":null}`,
		`{"id":1,"m":5,"o":{"m":["m"]}}`:                               `{"id":1,"m":5,"o":{"m":["m"]}}`,
		`{"id":1,"m":{"m":"x"},"o":"m"}`:                               `{"id":1,"m":{"m":"x"},"o":"m"}`,
		`{"id":1,"o":{"a":0,"m":"d","a":0},"q":{"m":"d"},"x":"m"}`:     `{"id":1,"o":{"m":"a <\"b\">"},"x":"m"}`,
		`{"id":1,"q":{"m":"d"},"o":{"\u006d":"d","url":"https://h/"}}`: `{"id":1,"o":{"\u006d":"a <\"b\">","url":""}}`,
	} {
		normal, detailed := shapes(t, newTable(t, rules, row), "")
		if normal != want || detailed != row {
			t.Errorf("%s: %s and %s, want %s", row, normal, detailed, want)
		}
	}
	// No format is put into a link that is not there.
	const row = `{"id":1,"url":"https://h/1/","o":{"url":"https://h/","m":"d"}}`
	normal, detailed := shapes(t, newTable(t, rules, row), "json")
	if want := `{"id":1,"url":"https://h/1/?format=json","o":{"url":"","m":"a <\"b\">"}}`; normal != want {
		t.Errorf("%s, want %s", normal, want)
	}
	if want := `{"id":1,"url":"https://h/1/?format=json","o":{"url":"https://h/?format=json","m":"d"}}`; detailed != want {
		t.Errorf("%s, want %s", detailed, want)
	}
}

func TestDetailedShapeTakesTheStationFromThePort(t *testing.T) {
	t.Parallel()
	const port = `{"id":4,"url":"https://h/s/4/","x":null}`
	for row, want := range map[string]string{
		`{"id":1,"docking_location":{"spacestation":` + port + `}}`:                                `{"id":1,"docking_location":{"spacestation":` + port + `},"space_station":` + port + `}`,
		`{"id":1,"space_station":{"id":5},"docking_location":{"spacestation":` + port + `},"x":1}`: `{"id":1,"space_station":{"id":5},"docking_location":{"spacestation":` + port + `},"x":1}`,
		`{"id":1,"space_station":null,"docking_location":{"spacestation":` + port + `}}`:           `{"id":1,"space_station":null,"docking_location":{"spacestation":` + port + `}}`,
		`{"id":1,"docking_location":null}`:                                                         `{"id":1,"docking_location":null}`,
	} {
		table := newTable(t, service.V220(), row)
		_, detailed := shapes(t, table, "")
		single, _ := table.Get("1", nil)
		if detailed != want || string(single) != want {
			t.Errorf("%s: %s, want %s", row, detailed, want)
		}
	}
	table := newTable(t, service.V220(), `{"id":1,"docking_location":{"spacestation":`+port+`}}`)
	if normal, _ := shapes(t, table, ""); normal != `{"id":1,"docking_location":{"spacestation":`+port+`}}` {
		t.Errorf("normal: %s", normal)
	}
	if got := ids(t, list(t, table, "?space_station__id=4")); got != "1" {
		t.Error("the filter does not find the port's station")
	}
	if _, detailed := shapes(t, table, "json"); detailed != `{"id":1,"docking_location":{"spacestation":{"id":4,"url":"https://h/s/4/?format=json","x":null}},`+
		`"space_station":{"id":4,"url":"https://h/s/4/?format=json","x":null}}` {
		t.Errorf("format: %s", detailed)
	}
}

func TestFormatIsInEveryLinkToTheService(t *testing.T) {
	t.Parallel()
	rules := &service.Rules{Details: []string{"d"}}
	for _, test := range []struct{ row, format, normal, detailed string }{
		{`{"id":1,"url":"https://h/1/","a":{"url":"https://h/a/"},"l":[{"url":"https://h/l/"}]}`, "json",
			`{"id":1,"url":"https://h/1/?format=json","a":{"url":"https://h/a/?format=json"},"l":[{"url":"https://h/l/?format=json"}]}`, ""},
		{`{"d":{"url":"https://h/d/"},"url":"https://h/1/?x=y","id":1}`, "a&b",
			`{"url":"https://h/1/?x=y&format=a%26b","id":1}`,
			`{"d":{"url":"https://h/d/?format=a%26b"},"url":"https://h/1/?x=y&format=a%26b","id":1}`},
		{`{"id":1,"d":{"url":"https://h/d/","d":{"url":"https://h/d/"}},"a":{"url":"https://h/1"},"url":"https://h/1"}`, "json",
			`{"id":1,"a":{"url":"https://h/1?format=json"},"url":"https://h/1?format=json"}`,
			`{"id":1,"d":{"url":"https://h/d/?format=json","d":{"url":"https://h/d/?format=json"}},"a":{"url":"https://h/1?format=json"},"url":"https://h/1?format=json"}`},
		// Other sites, other keys, no links.
		{`{"id":1,"url":"https://h/1/","a":{"url":"https://h.example/"},"b":{"url":"http://h/"},"image_url":"https://h/i","c":{"url":""},"e":{"url":null},"f":{"url":{}}}`, "json",
			`{"id":1,"url":"https://h/1/?format=json","a":{"url":"https://h.example/"},"b":{"url":"http://h/"},"image_url":"https://h/i","c":{"url":""},"e":{"url":null},"f":{"url":{}}}`, ""},
		// A row that does not say where it is.
		{`{"id":1,"a":{"url":"https://h/"},"b":{"url":"x"}}`, "json", `{"id":1,"a":{"url":"https://h/?format=json"},"b":{"url":"x?format=json"}}`, ""},
		{`{"id":1,"url":{"x":"https://g/"},"a":{"url":"https://h/"}}`, "json", `{"id":1,"url":{"x":"https://g/"},"a":{"url":"https://h/?format=json"}}`, ""},
		{`{"id":1,"url":null,"a":{"url":"https://h/"}}`, "json", `{"id":1,"url":null,"a":{"url":"https://h/?format=json"}}`, ""},
		{`{"id":1,"url":"/1/","a":{"url":"https://h/"}}`, "json", `{"id":1,"url":"/1/?format=json","a":{"url":"https://h/?format=json"}}`, ""},
	} {
		if test.detailed == "" {
			test.detailed = test.normal
		}
		normal, detailed := shapes(t, newTable(t, rules, test.row), test.format)
		if normal != test.normal || detailed != test.detailed {
			t.Errorf("%s:\n%s, want\n%s\n%s, want\n%s", test.row, normal, test.normal, detailed, test.detailed)
		}
		if _, plain := shapes(t, newTable(t, rules, test.row), ""); plain != test.row {
			t.Errorf("%s: without format %s", test.row, plain)
		}
	}
}
