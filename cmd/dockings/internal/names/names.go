// Package names finds stations, ports, vehicles, agencies, models and kinds by their
// names.
package names

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/agnivade/levenshtein"
	"github.com/docking-event/ll2/cmd/dockings/internal/record"
	"github.com/docking-event/ll2/cmd/dockings/internal/text"
	"github.com/gobwas/glob"
)

// A Kind is a kind of entity: stations, ports and so on.
type Kind struct {
	One, Many string // station, stations
	entity    func(record.Record) Entity
}

// An Entity is one station, port and so on.
type Entity struct {
	ID    int
	Name  string
	Of    string // the station of a port, the model of a vehicle and so on
	Short string // an abbreviation, "" for none

	Dockings, Docked int // the number of dockings, and how many of them have not ended
	First, Last      time.Time

	group int // equal for entities that are one thing: the flights of one spacecraft
}

// The kinds.
var (
	Stations = Kind{"station", "stations", func(r record.Record) Entity {
		s := r.Station()
		return Entity{ID: s.ID, Name: s.Name, Short: text.Initials(s.Name)}
	}}
	Ports = Kind{"port", "ports", func(r record.Record) Entity {
		return Entity{ID: r.DockingLocation.ID, Name: r.DockingLocation.Name, Of: r.Station().Name}
	}}
	Vehicles = Kind{"vehicle", "vehicles", func(r record.Record) Entity {
		craft := r.FlightVehicle.Spacecraft
		return Entity{ID: r.FlightVehicle.ID, Name: craft.Name, Of: craft.SpacecraftConfig.Name, group: craft.ID}
	}}
	Agencies = Kind{"agency", "agencies", func(r record.Record) Entity {
		a := r.Agency()
		e := Entity{ID: a.ID, Name: a.Name}
		if a.Abbrev != nil {
			e.Short = *a.Abbrev
		}
		if a.CountryCode != nil {
			e.Of = *a.CountryCode
		}
		return e
	}}
	Models = Kind{"model", "models", func(r record.Record) Entity {
		c := r.FlightVehicle.Spacecraft.SpacecraftConfig
		return Entity{ID: c.ID, Name: c.Name, Of: r.Agency().Name}
	}}
	Kinds = Kind{"kind", "kinds", func(r record.Record) Entity {
		t := r.FlightVehicle.Spacecraft.SpacecraftConfig.Type
		return Entity{ID: t.ID, Name: t.Name}
	}}
)

// In returns the entities of a kind that occur in the records, those with the most
// dockings first.
func (k Kind) In(records []record.Record) []Entity {
	at := make(map[int]int)
	var all []Entity
	for _, r := range records {
		e := k.entity(r)
		if e.ID == 0 {
			continue
		}
		i, known := at[e.ID]
		if !known {
			i = len(all)
			at[e.ID] = i
			e.First, e.Last = r.Docking, r.Docking
			if e.group == 0 {
				e.group = e.ID
			}
			all = append(all, e)
		}
		is := &all[i]
		is.Dockings++
		if r.Left() == nil {
			is.Docked++
		}
		if r.Docking.Before(is.First) {
			is.First = r.Docking
		}
		if r.Docking.After(is.Last) {
			is.Last = r.Docking
		}
	}
	slices.SortFunc(all, func(a, b Entity) int {
		return cmp.Or(cmp.Compare(b.Dockings, a.Dockings), cmp.Compare(fold(a.Name), fold(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// fold makes names comparable. It ignores case, hyphens and underscores.
func fold(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return unicode.IsSpace(r) || r == '-' || r == '_'
	}), " ")
}

// IsID reports whether a word is an id, for which no name is looked up.
func IsID(word string) bool {
	id, err := strconv.Atoi(word)
	return err == nil && id > 0
}

// Find returns the ids of the entities that a word stands for. The word is an id; a
// pattern with * or ?, which can match several; or a name, an abbreviation or a part of a
// name that is unique.
func (k Kind) Find(word string, entities []Entity) ([]int, error) {
	if IsID(word) {
		id, err := strconv.Atoi(word)
		return []int{id}, err
	}
	if strings.ContainsAny(word, "*?[{") {
		pattern, err := glob.Compile(strings.ToLower(word))
		if err != nil {
			return nil, fmt.Errorf("%q is not a pattern; write * for any letters and ? for one letter", word)
		}
		if found := matching(entities, func(e Entity) bool { return pattern.Match(strings.ToLower(e.Name)) }); len(found) > 0 {
			return ids(found), nil
		}
		return nil, k.unknown(word, entities)
	}
	name := fold(word)
	if name == "" {
		return nil, errors.New("write a name or an id")
	}
	for _, matches := range []func(Entity) bool{
		func(e Entity) bool { return fold(e.Name) == name },
		func(e Entity) bool { return fold(e.Short) == name },
		func(e Entity) bool { return strings.Contains(" "+fold(e.Name), " "+name) },
		func(e Entity) bool { return strings.Contains(fold(e.Name), name) },
	} {
		found := matching(entities, matches)
		if len(found) == 0 {
			continue
		}
		if slices.ContainsFunc(found, func(e Entity) bool { return e.group != found[0].group }) {
			return nil, k.ambiguous(word, found)
		}
		return ids(found), nil
	}
	return nil, k.unknown(word, entities)
}

func matching(entities []Entity, matches func(Entity) bool) []Entity {
	return slices.DeleteFunc(slices.Clone(entities), func(e Entity) bool { return !matches(e) })
}

func ids(entities []Entity) []int {
	all := make([]int, len(entities))
	for i, e := range entities {
		all[i] = e.ID
	}
	return all
}

// mostNamed is the maximum number of entities that an error lists.
const mostNamed = 8

// listed writes entities for an error: ISS (4), Mir (2) and 3 more.
func (k Kind) listed(entities []Entity) string {
	var all []string
	seen := make(map[int]bool)
	groups := 0
	for _, e := range entities {
		if seen[e.group] {
			continue
		}
		seen[e.group] = true
		if groups++; groups > mostNamed {
			continue
		}
		name := e.Name
		if k.One == Ports.One && e.Of != "" {
			name += " at " + e.Of
		}
		all = append(all, fmt.Sprintf("%s (%d)", name, e.ID))
	}
	list := strings.Join(all, ", ")
	if groups > mostNamed {
		list += fmt.Sprintf(" and %d more", groups-mostNamed)
	}
	return list
}

func (k Kind) ambiguous(word string, found []Entity) error {
	hint := "write more of the name, an id, or a pattern such as '*" + word + "*'"
	if k.One == Ports.One {
		hint = "add --station, or write an id"
	}
	return fmt.Errorf("%q is ambiguous: %s; %s", word, k.listed(found), hint)
}

func (k Kind) unknown(word string, entities []Entity) error {
	if len(entities) == 0 {
		return fmt.Errorf("%q is unknown: there are no %s", word, k.Many)
	}
	if near, ok := closest(word, entities); ok {
		return fmt.Errorf("%q is unknown; did you mean %s? Known %s: %s", word, near.Name, k.Many, k.listed(entities))
	}
	return fmt.Errorf("%q is unknown; known %s: %s", word, k.Many, k.listed(entities))
}

// closest returns the entity whose name, or a word of it, differs from word by one or two
// typing errors.
func closest(word string, entities []Entity) (best Entity, ok bool) {
	word = fold(word)
	least := min(3, (len(word)+1)/3+1)
	for _, e := range entities {
		for _, name := range append(strings.Fields(fold(e.Name)), fold(e.Name), fold(e.Short)) {
			if d := levenshtein.ComputeDistance(word, name); d < least {
				best, least, ok = e, d, true
			}
		}
	}
	return best, ok
}
