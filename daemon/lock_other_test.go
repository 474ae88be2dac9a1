//go:build !unix || aix || solaris

package daemon_test

import "os"

// lock makes a file for the rest of the process's life; it has no way to notice a killed owner.
func lock(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}
