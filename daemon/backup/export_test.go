package backup

import (
	"context"
	"io"
	"os"
)

// RestoreCrashing is Restore, with --replace, that ends for good when between returns an error, which it is asked before each step that is left once the restore
// has happened.
func RestoreCrashing(ctx context.Context, r io.Reader, folder string, between func() error) error {
	tmp, err := os.MkdirTemp(folder, "restore-*")
	if err != nil {
		return err
	}
	if _, err := unpack(ctx, r, tmp, 0); err != nil {
		return err
	}
	_, err = commit(tmp, folder, between)
	return err
}

// FinishCrashing is Finish of one restore that ends likewise.
func FinishCrashing(pending, folder string, between func() error) error {
	_, err := finish(pending, folder, between)
	return err
}

// WriteFile is writeFile.
var WriteFile = writeFile
