package main

import (
	"context"
	"fmt"
	"time"

	"github.com/opendsom/dsom/bind/smalltalk"
)

type smalltalkCmd struct {
	Run smalltalkRunCmd `cmd:"" help:"Run a program in Smalltalk, with objects elsewhere and classes of SOM."`
}

func (smalltalkCmd) Help() string { return "Example:\n\n    dsom smalltalk run hello.st" }

type smalltalkRunCmd struct {
	VM     string        `name:"vm" placeholder:"FILE" help:"The virtual machine of Squeak. Default: that of Debian's package squeak-vm."`
	Image  string        `placeholder:"FILE" help:"Scratch's image, as it was installed; it is copied and not changed. Default: that of Debian's package scratch."`
	Plugin string        `placeholder:"DIR" help:"Folder with so.SomPlugin, by which classes of SOM are used."`
	Memory int           `placeholder:"MB" default:"256" help:"squeak-memory: megabytes that its objects may take."`
	Time   time.Duration `placeholder:"TIME" help:"squeak-time: when it has passed the program is ended. Default: none."`
	File   string        `arg:"" help:"The program: a file of chunks, as Squeak's fileIn reads them."`
	Args   []string      `arg:"" optional:"" passthrough:"" help:"Arguments of the program: DsomConsole arguments."`
}

func (smalltalkRunCmd) Help() string {
	return `Runs a program on Squeak, without a window. Squeak and its image are not part of dsom: Debian has them in the packages squeak-vm and scratch. An error in the
program is printed with its place, or with the methods that have not returned, and ends it.

The exit status is the program's: 0 at the end of its file, 1 at an error, or what it says by DsomConsole exit:.

Example:

    dsom smalltalk run hello.st
    dsom smalltalk run --time 10s client.st corbaname::localhost:3053#house/hall`
}

// A statusError ends the process with the status of a program that it has run, which has said itself what there is to say.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("it has ended with status %d", int(e)) }

func (v smalltalkRunCmd) Run(ctx context.Context, c *console) error {
	if v.Memory < 16 || v.Memory > 1024 {
		return usage("--memory: squeak-memory is 16 to 1024 megabytes, and not %d", v.Memory)
	}
	if v.Time < 0 {
		return usage("--time %v is less than nothing", v.Time)
	}
	status, err := smalltalk.Program{
		File: v.File, Args: v.Args, VM: v.VM, Image: v.Image, Plugin: v.Plugin, Memory: v.Memory, Time: v.Time, Stdin: c.in, Stdout: c.out, Stderr: c.err,
	}.Run(ctx)
	if err != nil {
		return err
	}
	if status != 0 {
		return statusError(status & 255)
	}
	return nil
}
