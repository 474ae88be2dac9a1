//go:build !unix

package backup

// giveTo gives all that is below a folder to whom another belongs.
func giveTo(_, _ string) error { return nil }
