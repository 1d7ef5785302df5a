package service_test

import (
	"testing"

	"github.com/docking-event/ll2/internal/service"
)

func TestAnythingFiltersByEveryScalar(t *testing.T) {
	t.Parallel()
	table := newTable(t, service.Anything(),
		`{"id":1,"name":"Yuri Gagarin","age":34,"active":false,"born":"1934-03-09","flown":"1961-04-12T06:07:00Z","status":{"id":11,"name":"Deceased"},"mixed":1,"n":null,"list":[1],"a":{"b":{"c":5}}}`,
		`{"id":2,"name":"Bob & Doug","age":50.5,"active":true,"born":"1971-07-30","flown":null,"status":{"id":1,"name":"Active"},"mixed":"x","n":null,"list":[],"a":{"b":{"c":6}}}`,
		`{"id":3,"name":"","age":null,"active":true,"born":null,"status":null,"mixed":true,"n":null,"a":{"b":{"id":7}}}`)
	for query, want := range map[string]string{
		"id=2":                             "2",
		"id__gte=2":                        "2 3",
		"name=Yuri+Gagarin":                "1",
		"name=yuri+gagarin":                "",
		"name__gt=C":                       "1",
		"age=34.0":                         "1",
		"age__gt=34":                       "2",
		"age__lte=50.5":                    "1 2",
		"active=true":                      "2 3",
		"active=False":                     "1",
		"active=perhaps":                   "1 2 3",
		"born__lt=1950-01-01":              "1",
		"born=1971-07-30T00:00:00Z":        "2",
		"flown__gte=1961-01-01":            "1",
		"status__name=Active":              "2",
		"status__id=11":                    "1",
		"status=11":                        "1", // an object counts as its id
		"status__id__lt=5":                 "2",
		"a__b__c=6":                        "2",
		"a__b__c__gt=5":                    "2",
		"a__b=7":                           "3",
		"mixed=x":                          "2",
		"mixed=1":                          "1",
		"mixed=true":                       "3",
		"n=1":                              "", // it is there, and null
		"status__id=1&active=true":         "2",
		"list=1&nothing=1&name__in=a&a=1":  "1 2 3", // ignored
		"__gt=1&__=1&__gte=&=1":            "1 2 3",
		"search=GAGARIN":                   "1",
		"search=1961":                      "1", // a text, too
		"search=deceased":                  "",
		"search=50.5":                      "",
		"ordering=-id":                     "3 2 1",
		"ordering=age":                     "1 2 3",
		"ordering=-age":                    "3 2 1",
		"ordering=status__name":            "2 1 3",
		"ordering=status":                  "2 1 3",
		"ordering=active,-id":              "1 3 2",
		"ordering=list,nothing,-a__b__c":   "3 2 1",
		"mode=detailed&format=json&limit=": "1 2 3",
	} {
		if got := ids(t, list(t, table, "?"+query)); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"age=x":               "Enter a number.",
		"born__gt=x":          "Enter a valid date/time.",
		"status__id__lte=one": "Enter a number.",
	} {
		_, invalid := table.List(parse(t, base+"?"+query), service.Options{})
		if len(invalid) != 1 {
			t.Errorf("%s: %v", query, invalid)
		}
		for _, complaints := range invalid {
			if len(complaints) != 1 || complaints[0] != want {
				t.Errorf("%s: %v", query, invalid)
			}
		}
	}
}

func TestParametersWithAMeaningOfTheirOwnAreNoFilters(t *testing.T) {
	t.Parallel()
	table := newTable(t, service.Anything(), `{"id":1,"format":"a","limit":1,"mode":"b","offset":2,"ordering":"c","search":"d"}`)
	if got := ids(t, list(t, table, "?format=json&limit=5&mode=x&offset=0&ordering=x&search=a")); got != "1" {
		t.Errorf("%s", got)
	}
}

func TestAnythingHasOneShape(t *testing.T) {
	t.Parallel()
	const row = `{"id":"e3","name":"x","docking_location":{"spacestation":{"id":1}},"url":"https://h/e3/"}`
	normal, detailed := shapes(t, newTable(t, service.Anything(), row), "")
	if normal != row || detailed != row {
		t.Errorf("%s, %s", normal, detailed)
	}
}

func TestRulesCanHaveFieldsAndBeOpen(t *testing.T) {
	t.Parallel()
	rules := service.Anything()
	rules.Fields = map[string]service.Kind{"code": service.Text}
	table := newTable(t, rules, `{"id":1,"code":9}`, `{"id":2,"code":10}`)
	if got := ids(t, list(t, table, "?ordering=code&id__gt=0")); got != "2 1" {
		t.Errorf("the field is no text: %s", got)
	}
}
