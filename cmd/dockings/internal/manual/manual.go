// Package manual generates the manual pages and completions of dockings from its commands.
package manual

import (
	"os"
	"path/filepath"
	"time"

	"github.com/docking-event/ll2/cmd/dockings/internal/cli"
	"github.com/docking-event/ll2/cmd/dockings/internal/sheet"
	"github.com/spf13/cobra/doc"
)

// Write writes manual pages into man/man1 and completions into completions, both below
// the folder.
func Write(folder string) error {
	app := &cli.App{Stdout: new(sheet.Stream), Stderr: new(sheet.Stream), Getenv: func(string) string { return "" }}
	root := app.Root()
	man, completions := filepath.Join(folder, "man", "man1"), filepath.Join(folder, "completions")
	for _, dir := range []string{man, completions} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	root.DisableAutoGenTag = true
	date := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) // so that the pages do not change every day
	header := &doc.GenManHeader{Title: "DOCKINGS", Section: "1", Date: &date, Source: "dockings", Manual: "Dockings"}
	if err := doc.GenManTree(root, header, man); err != nil {
		return err
	}
	for name, write := range map[string]func(string) error{
		"dockings.bash": func(file string) error { return root.GenBashCompletionFileV2(file, true) },
		"_dockings":     root.GenZshCompletionFile,
		"dockings.fish": func(file string) error { return root.GenFishCompletionFile(file, true) },
		"dockings.ps1":  root.GenPowerShellCompletionFileWithDesc,
	} {
		if err := write(filepath.Join(completions, name)); err != nil {
			return err
		}
	}
	return nil
}
