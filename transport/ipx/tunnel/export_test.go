package tunnel

import (
	"context"
	"time"
)

// DialKeeping is Dial with another time between the packets by which a client stays known.
func DialKeeping(ctx context.Context, server string, network uint32, keep time.Duration) (*Client, error) {
	return dial(ctx, server, network, keep, nil)
}

// DialLogging is DialKeeping with a logger.
var DialLogging = dial

// Echoes returns how many packets to itself have come back to c.
func Echoes(c *Client) uint64 { return c.echoes.Load() }
