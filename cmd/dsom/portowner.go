package main

import (
	"context"
	"fmt"

	"github.com/shirou/gopsutil/v4/net"
	"github.com/shirou/gopsutil/v4/process"
)

// portOwner says which program listens on a TCP port of this machine, as far as the system
// tells this user: "omniNames (process 4711)".
func portOwner(ctx context.Context, port uint16) string {
	const nobody = "another program (which one can only root see)"
	list, err := net.ConnectionsWithContext(ctx, "tcp")
	if err != nil {
		return nobody
	}
	for _, x := range list {
		if x.Status != "LISTEN" || x.Laddr.Port != uint32(port) || x.Pid == 0 {
			continue
		}
		name := "a program"
		if p, err := process.NewProcessWithContext(ctx, x.Pid); err == nil {
			if n, err := p.NameWithContext(ctx); err == nil && n != "" {
				name = safe(n)
			}
		}
		return fmt.Sprintf("%s (process %d)", name, x.Pid)
	}
	return nobody
}
