package cli

import (
	"runtime/debug"
	"strings"
)

// Version returns the version of the tool: for a release, such as "0.1.0", whether it was
// installed by version or built at the tag; otherwise "devel", with the commit if that is
// known.
func Version() string {
	info, found := debug.ReadBuildInfo()
	if !found {
		return devel
	}
	return VersionOf(info)
}

const devel = "devel"

// VersionOf returns the version of any build; see [Version].
func VersionOf(info *debug.BuildInfo) string {
	// The main module has a version even if it was built in a checkout: that of a tag, or
	// a pseudo-version, which says less than the commit does.
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
