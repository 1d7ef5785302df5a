package cli

import (
	"runtime/debug"
	"strings"
)

// Version returns the version of the tool as the build knows it: "0.1.0" of a release,
// whether it was installed by version or built at the tag, and "devel" of anything
// else, with the commit if that is known.
func Version() string {
	info, found := debug.ReadBuildInfo()
	if !found {
		return devel
	}
	return VersionOf(info)
}

const devel = "devel"

// VersionOf is Version of any build.
func VersionOf(info *debug.BuildInfo) string {
	// Built in a checkout, the main module has a version, too: that of a tag, or a
	// made-up one, which says less than the commit does.
	settings := make(map[string]string)
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	version, revision := strings.TrimPrefix(info.Main.Version, "v"), settings["vcs.revision"]
	madeUp := revision != "" && strings.Contains(version, revision[:min(12, len(revision))])
	changed := settings["vcs.modified"] == "true"
	switch {
	case version != "" && version != "(devel)" && !madeUp && !changed:
		return version
	case revision == "":
		return devel
	case changed:
		return devel + "-" + revision[:min(12, len(revision))] + "-changed"
	}
	return devel + "-" + revision[:min(12, len(revision))]
}
