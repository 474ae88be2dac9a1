// Package bare is what calls between Go and C cost that somebody writes by hand, with cgo alone: for tests to compare with.
package bare
