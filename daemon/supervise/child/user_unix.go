//go:build unix

package child

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// become has attr start a process under an account, and returns the variables that tell it so. The account of this process needs no right.
func become(attr *syscall.SysProcAttr, name string) ([]string, error) {
	if name == "" {
		return nil, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return nil, fmt.Errorf("the account that it is to run under: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("the account %q has the number %q", name, u.Uid)
	}
	env := []string{"HOME=" + u.HomeDir, "USER=" + u.Username, "LOGNAME=" + u.Username}
	if int(uid) == os.Geteuid() {
		return env, nil
	}
	if os.Geteuid() != 0 {
		return nil, fmt.Errorf("only root may start programs under other accounts, and this is not root: it cannot run as %q", name)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("the account %q has the group %q", name, u.Gid)
	}
	all, err := u.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("the groups of the account %q: %w", name, err)
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	for _, g := range all {
		if n, err := strconv.ParseUint(g, 10, 32); err == nil {
			attr.Credential.Groups = append(attr.Credential.Groups, uint32(n))
		}
	}
	return env, nil
}
