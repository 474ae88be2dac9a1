//go:build !unix

package child

import "github.com/opendsom/dsom/platform"

func limited(path string, args []string, l Limits) (string, []string, error) {
	if l != (Limits{}) {
		return "", nil, platform.ProcessLimits.Missing()
	}
	return path, args, nil
}
