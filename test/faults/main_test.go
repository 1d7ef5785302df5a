// Package faults_test tests the client against faults of networks and servers:
// transient faults are retried, others are reported, and a walk can resume
// where it ended. It generates the tables in doc/faults.md.
package faults_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
