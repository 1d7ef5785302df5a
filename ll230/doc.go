// Package ll230 reads the docking events of version 2.3.0 of Launch Library 2.
package ll230
