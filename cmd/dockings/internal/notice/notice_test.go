package notice_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docking-event/ll2/cmd/dockings/internal/notice"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write NOTICE")

const program = "../.."

func TestNoticeNamesWhatIsLinkedIntoTheBinary(t *testing.T) {
	t.Parallel()
	modules, err := notice.Modules(t.Context(), program)
	if err != nil {
		t.Fatal(err)
	}
	if len(modules) < 20 {
		t.Errorf("only %d modules", len(modules))
	}
	want, file := notice.Text(modules), filepath.Join(program, "NOTICE")
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("NOTICE is not what is linked (-want +got); go test -update writes it:\n%.3000s", diff)
	}
	// Licenses that require a notice.
	for _, line := range []string{
		"codeberg.org/go-fonts/liberation v0.5.0: BSD-3-Clause, OFL-1.1\n",
		"github.com/hashicorp/go-cleanhttp v0.5.2: MPL-2.0\n",
		"github.com/hashicorp/go-retryablehttp v0.7.8: MPL-2.0\n",
		"github.com/inconshreveable/mousetrap v1.1.0: Apache-2.0\n", // on Windows only
		"npm/echarts v6.1.0: Apache-2.0, BSD-3-Clause\n",
		"the standard library of Go: BSD-3-Clause\n",
	} {
		if !strings.Contains(want, line) {
			t.Errorf("it has no line %q", line)
		}
	}
}

func TestThePackagesOfThePagesAreThoseThatAreBundled(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../page/build/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct {
			Version string
			Dev     bool // needed only for the build
		}
	}
	if err := json.Unmarshal(data, &lock); err != nil {
		t.Fatal(err)
	}
	want := make(map[string]string)
	for folder, p := range lock.Packages {
		if name, found := strings.CutPrefix(folder, "node_modules/"); found && !p.Dev {
			want["npm/"+name] = "v" + p.Version
		}
	}
	modules, err := notice.Bundled()
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, m := range modules {
		got[m.Path] = m.Version
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bundled/ has not the licenses of what package-lock.json names (-want +got); they are in the folders of node_modules:\n%s", diff)
	}
}

func TestALicenseIsKnownByItsWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Mozilla Public License,\nversion 2.0":                                               "MPL-2.0",
		"  Apache License\n   Version 2.0, January 2004":                                     "Apache-2.0",
		"Permission is hereby granted, free of\r\ncharge, to any person obtaining a copy of": "MIT",
		"GNU AFFERO GENERAL PUBLIC LICENSE":                                                  "",
		"":                                                                                   "",
	} {
		if got := notice.Identify(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
