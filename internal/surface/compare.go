package main

import (
	"regexp"
	"slices"
	"strings"
)

// A change is a line of an earlier listing that is no longer true.
type change struct {
	name string // such as ll2.Client.Quota
	was  string
	is   string // the line of that name now, or (gone)
	gone bool   // the type that the name belongs to is gone, too
}

// breaks lists the incompatible changes. Additions are compatible. So are a method that
// moved from pointers to values, and a struct that has become comparable.
func breaks(before, now []string) []change {
	is := make(map[string]string)
	for _, line := range now {
		is[nameOf(line)] = line
	}
	var all []change
	for _, line := range before {
		forValues := strings.Replace(line, " method (*", " method (", 1)
		if slices.Contains(now, line) || slices.Contains(now, forValues) || slices.Contains(now, line+isComparable) {
			continue
		}
		c := change{name: nameOf(line), was: line, is: "(gone)"}
		if line, found := is[c.name]; found {
			c.is = line
		}
		if owner, isMember := c.owner(); isMember {
			_, found := is[owner]
			c.gone = !found
		}
		all = append(all, c)
	}
	return all
}

// nameOf returns the name that a line is about, with its package, such as
// ll2.Client.Quota.
func nameOf(line string) string {
	pkg, rest, _ := strings.Cut(line, " ")
	kind, rest, _ := strings.Cut(rest, " ")
	if kind == "method" {
		receiver, method, _ := strings.Cut(rest, ") ")
		rest = strings.TrimLeft(receiver, "(*") + "." + method
	}
	if end := strings.IndexAny(rest, " (["); end >= 0 {
		rest = rest[:end]
	}
	return pkg + "." + rest
}

// owner returns the name of the type whose field or method changed.
func (c change) owner() (string, bool) {
	if strings.Count(c.name, ".") < 2 {
		return "", false
	}
	return c.name[:strings.LastIndexByte(c.name, '.')], true
}

// short is the name as the change log writes it: without the package for ll2's own.
func (c change) short() string { return shorten(c.name) }

func shorten(name string) string { return strings.TrimPrefix(name, "ll2.") }

// announced reports whether the change log names what changed. The name of a type that
// is gone stands for its fields and methods.
func (c change) announced(names []string) bool {
	if owner, _ := c.owner(); c.gone && slices.Contains(names, shorten(owner)) {
		return true
	}
	return slices.Contains(names, c.short())
}

var (
	heading = regexp.MustCompile(`^## \[v?([^\]]+)\]`)
	quoted  = regexp.MustCompile("`[^`]+`")
	dotted  = regexp.MustCompile(`[\pL_][\pL\d_]*(\.[\pL_][\pL\d_]*)*`)
)

// announcements lists the names in quotes that the change log has under Changed and
// Removed, in what is newer than a version. Names of ll2 are without the package.
func announcements(log, since string) ([]string, error) {
	var names []string
	counts := false
	for line := range strings.Lines(log) {
		if found := heading.FindStringSubmatch(line); found != nil {
			if version := found[1]; version != "Unreleased" && (since == "" || version == strings.TrimPrefix(since, "v")) {
				return names, nil
			}
			counts = false
		}
		if title, isTitle := strings.CutPrefix(strings.TrimSpace(line), "### "); isTitle {
			counts = title == "Changed" || title == "Removed"
		}
		if !counts {
			continue
		}
		for _, code := range quoted.FindAllString(line, -1) {
			for _, name := range dotted.FindAllString(code, -1) {
				names = append(names, shorten(name))
			}
		}
	}
	if since != "" {
		return nil, noVersionError(since)
	}
	return names, nil
}

type noVersionError string

func (e noVersionError) Error() string {
	return "the change log has no heading for version " + string(e)
}
