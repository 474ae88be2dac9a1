//go:build !unix

package child

import (
	"syscall"

	"github.com/opendsom/dsom/platform"
)

func become(_ *syscall.SysProcAttr, name string) ([]string, error) {
	if name != "" {
		return nil, platform.OtherAccounts.Missing()
	}
	return nil, nil
}
