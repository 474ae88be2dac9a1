//go:build !unix

package child

import "errors"

func limited(path string, args []string, l Limits) (string, []string, error) {
	if l != (Limits{}) {
		return "", nil, errors.New("limits for a process cannot be set on this system")
	}
	return path, args, nil
}
