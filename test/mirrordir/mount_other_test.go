//go:build unix && !linux

package mirrordir_test

import "testing"

func mount(t *testing.T, _, _ string) {
	t.Helper()
	t.Skip("this test mounts on Linux only")
}
