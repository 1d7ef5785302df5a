// Package notice writes the third-party notice that a binary of dockings must include. It
// lists each linked module, and each npm package that is bundled in the script of the
// pages, with its license and the text of the license.
package notice

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// bundled has a folder for each npm package, such as zrender@6.1.0, with its license
// files.
//
//go:embed bundled
var bundled embed.FS

// A Module is a module that is linked into the binary, the standard library, or an npm
// package.
type Module struct {
	Path, Version, Dir string
	Licenses           []License
}

// A License is a file with the terms of use of a module.
type License struct {
	Name string // its SPDX identifier
	File string
	Text string
}

// targets are the systems for which there are binaries. Some modules are linked on only
// one of them.
var targets = []string{"darwin", "linux", "windows"}

// Modules returns the third-party modules that are linked into the program in dir, on any
// system.
func Modules(ctx context.Context, program string) ([]Module, error) {
	seen := make(map[string]Module)
	for _, system := range targets {
		cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}", program)
		cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w", system, err)
		}
		for line := range strings.Lines(string(out)) {
			fields := strings.Split(strings.TrimSpace(line), "\t")
			if len(fields) == 3 && !strings.HasPrefix(fields[0]+"/", "github.com/docking-event/ll2/") {
				seen[fields[0]] = Module{Path: fields[0], Version: fields[1], Dir: fields[2]}
			}
		}
	}
	goroot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	// The text is the same in every version of Go.
	seen["std"] = Module{Path: "the standard library of Go", Dir: strings.TrimSpace(string(goroot))}
	var all []Module
	for _, m := range seen {
		if m.Licenses, err = licenses(os.DirFS(m.Dir)); err != nil {
			return nil, fmt.Errorf("%s: %w", m.Path, err)
		}
		all = append(all, m)
	}
	packages, err := Bundled()
	if err != nil {
		return nil, err
	}
	all = append(all, packages...)
	slices.SortFunc(all, func(a, b Module) int { return cmp.Compare(a.Path, b.Path) })
	return all, nil
}

// Bundled returns the npm packages that are bundled in the script of the pages.
func Bundled() ([]Module, error) {
	folders, err := bundled.ReadDir("bundled")
	if err != nil {
		return nil, err
	}
	var all []Module
	for _, folder := range folders {
		name, version, _ := strings.Cut(folder.Name(), "@")
		files, err := fs.Sub(bundled, "bundled/"+folder.Name())
		if err != nil {
			return nil, err
		}
		m := Module{Path: npm + name, Version: "v" + version}
		if m.Licenses, err = licenses(files); err != nil {
			return nil, fmt.Errorf("%s: %w", folder.Name(), err)
		}
		all = append(all, m)
	}
	return all, nil
}

// npm is the prefix of the path of an npm package.
const npm = "npm/"

// licenses returns the license files in the top folder of a module.
func licenses(module fs.FS) ([]License, error) {
	entries, err := fs.ReadDir(module, ".")
	if err != nil {
		return nil, err
	}
	var all []License
	for _, entry := range entries {
		name := strings.ToLower(entry.Name())
		if entry.IsDir() || !strings.HasPrefix(name, "licen") && !strings.HasPrefix(name, "copying") && !strings.HasPrefix(name, "notice") {
			continue
		}
		text, err := fs.ReadFile(module, entry.Name())
		if err != nil {
			return nil, err
		}
		license := License{Name: Identify(string(text)), File: entry.Name(), Text: tidy(string(text))}
		if license.Name == "" {
			return nil, fmt.Errorf("%s is a license that is not known here; look at it, and add it if a binary may contain it", entry.Name())
		}
		all = append(all, license)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("there is no license in %s", filepath.Base(fmt.Sprint(module)))
	}
	return all, nil
}

// marks are phrases that identify a license, the more specific ones first.
var marks = []struct{ name, words string }{
	{"FTL OR GPL-2.0-or-later", "Use of the Freetype-Go software is subject to your choice of exactly one of the following two licenses"},
	{"MPL-2.0", "Mozilla Public License, version 2.0"},
	{"Apache-2.0", "Apache License Version 2.0"},
	{"Apache-2.0", "This product includes software developed at The Apache Software Foundation"}, // the notice of ECharts
	{"0BSD", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"},
	{"OFL-1.1", "SIL OPEN FONT LICENSE Version 1.1"},
	{"CC-BY-4.0", "Creative Commons Attribution 4.0 International Public License"},
	{"CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0"},
	{"BSD-3-Clause", "Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation and/or other materials provided with the distribution. * Neither the name"},
	{"BSD-3-Clause", "may be used to endorse or promote products derived from this software without specific prior written permission"},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms, with or without modification, are permitted"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"},
}

// Identify returns the name of a license by its text, or "" for a license that this
// program does not expect in its binary.
func Identify(text string) string {
	words := strings.Join(strings.Fields(text), " ")
	for _, mark := range marks {
		if strings.Contains(words, mark.words) {
			return mark.name
		}
	}
	return ""
}

// tidy returns a text with Unix line ends and without spaces at the ends of lines.
func tidy(text string) string {
	var lines []string
	for line := range strings.Lines(strings.TrimSpace(text)) {
		lines = append(lines, strings.TrimRight(line, " \t\r\n"))
	}
	return strings.Join(lines, "\n") + "\n"
}

const head = `Dockings is under the license in the file LICENSE. Its binaries contain the work of
others, each on the terms below. The source of a module is at
the place that its path names, and in the Go module proxy: go mod download MODULE@VERSION.
Those that begin with npm/ are packages of JavaScript, in the pages that dockings writes.
The fonts of the pictures are Liberation, of codeberg.org/go-fonts/liberation. Portions
of this software are copyright © The FreeType Project (https://www.freetype.org). All
rights reserved.

`

// Text returns the notice for modules: a table, and each text once.
func Text(modules []Module) string {
	var b strings.Builder
	b.WriteString(head)
	var texts []string
	users := make(map[string][]string)
	for _, m := range modules {
		var names []string
		for _, license := range m.Licenses {
			if !slices.Contains(names, license.Name) {
				names = append(names, license.Name)
			}
			if users[license.Text] == nil {
				texts = append(texts, license.Text)
			}
			users[license.Text] = append(users[license.Text], m.Path)
		}
		fmt.Fprintln(&b, strings.TrimSpace(m.Path+" "+m.Version)+": "+strings.Join(names, ", "))
	}
	for _, text := range texts {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s", strings.Repeat("-", 80), strings.Join(slices.Compact(users[text]), "\n"), text)
	}
	return b.String()
}
