//go:build !unix

package mirrordir_test

import (
	"fmt"

	"github.com/docking-event/ll2/mirror"
)

func special(word string, _ mirror.Store, _ int) error { return fmt.Errorf("no process does %q", word) }
