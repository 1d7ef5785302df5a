package cli_test

import (
	"fmt"
	"runtime/debug"
	"testing"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
)

func TestTheVersionIsThatOfTheBuild(t *testing.T) {
	t.Parallel()
	const commit = "2bd74bb2d9287ba231c91797b24db8e030812ccb"
	for name, tt := range map[string]struct{ main, revision, modified, want string }{
		"installed by version":         {"v0.1.1", "", "", "0.1.1"},
		"installed by a pre-release":   {"v0.2.0-rc.1", "", "", "0.2.0-rc.1"},
		"installed by a branch":        {"v0.1.2-0.20261124154655-2bd74bb2d928", "", "", "0.1.2-0.20261124154655-2bd74bb2d928"},
		"built at a tag":               {"v0.1.1", commit, "false", "0.1.1"},
		"built at a tag, with changes": {"v0.1.1+dirty", commit, "true", "devel-2bd74bb2d928-changed"},
		"built in a checkout":          {"v0.1.2-0.20261124154655-2bd74bb2d928", commit, "false", "devel-2bd74bb2d928"},
		"built in a changed checkout":  {"v0.1.2-0.20261124154655-2bd74bb2d928+dirty", commit, "true", "devel-2bd74bb2d928-changed"},
		"built without a look at git":  {"(devel)", "", "", "devel"},
		"a test":                       {"", "", "", "devel"},
		"a commit with a short name":   {"(devel)", "2bd74", "false", "devel-2bd74"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			info := &debug.BuildInfo{Main: debug.Module{Version: tt.main}}
			if tt.revision != "" {
				info.Settings = []debug.BuildSetting{{Key: "vcs.revision", Value: tt.revision}, {Key: "vcs.modified", Value: tt.modified}}
			}
			if got := cli.VersionOf(info); got != tt.want {
				t.Errorf("it is %q, want %q", got, tt.want)
			}
		})
	}
}

func TestVersionNamesTheToolAndTheLibrary(t *testing.T) {
	t.Parallel()
	got := run(t, nil, "--version")
	if want := fmt.Sprintf("dockings %s (ll2 %s)\n", cli.Version(), ll2.Version); got.stdout != want || got.code != cli.ExitOK {
		t.Errorf("it prints %q, want %q; exit code %d", got.stdout, want, got.code)
	}
}
