//go:build !linux

package process

import "errors"

// Members fails: this system does not tell who is in a group.
func Members(int) ([]ID, error) { return nil, errors.ErrUnsupported }

// All fails: this system does not tell what runs.
func All() ([]ID, error) { return nil, errors.ErrUnsupported }

// Session fails: this system does not tell.
func (ID) Session() (session int, ok bool) { return 0, false }

// Variable reports that it cannot be read.
func (ID) Variable(string) (string, bool) { return "", false }
