package main

import (
	"context"
	"fmt"

	"github.com/opendsom/dsom/portscan"
)

// portOwner says which program listens on a TCP port of this machine, as far as the system
// tells this user: "omniNames (process 4711)".
func portOwner(ctx context.Context, port uint16) string {
	list, _ := portscan.Listeners(ctx, port)
	for _, l := range list {
		if l.Network == "tcp" && l.Owner.PID != 0 {
			name := "a program"
			if l.Owner.Program != "" {
				name = safe(l.Owner.Program)
			}
			return fmt.Sprintf("%s (process %d)", name, l.Owner.PID)
		}
	}
	return "another program (which one can only root see)"
}
