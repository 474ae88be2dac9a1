package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/lint"
)

type idlLintCmd struct {
	idlFlags
	Rules    []string `placeholder:"RULE" help:"Apply these rules and no others."`
	Enable   []string `placeholder:"RULE" help:"Apply these rules too; all is all of them."`
	Disable  []string `placeholder:"RULE" help:"Do not apply these rules."`
	Config   string   `placeholder:"FILE" help:"Configuration. Default: the next .dsom-idl.json in or above the folder of the first file."`
	NoConfig bool     `help:"Read no configuration."`
	SARIF    bool     `name:"sarif" help:"Print findings as SARIF 2.1.0, as code hosts read it."`
	List     bool     `help:"List the rules."`
	File     []string `arg:"" optional:"" help:"IDL files, or folders of them."`
}

func (idlLintCmd) Help() string {
	return `A finding that is a warning or an error fails the run; an info does not. Rules are configured in .dsom-idl.json,
and switched off in a text by "#pragma dsom lint off RULE" or a comment "dsom:ignore RULE"; see docs/idl-lint.md.

Example:

    dsom idl lint bank.idl
    dsom idl lint --list
    dsom idl lint --enable missing-doc,keyword-go --disable missing-prefix -I idl idl`
}

func (v idlLintCmd) Run(ctx context.Context, c *console) error {
	if v.List {
		return v.list(c)
	}
	if len(v.File) == 0 {
		return usage("which files? Folders are searched for .idl files")
	}
	files, folders, err := idlFiles(v.File)
	if err != nil {
		return err
	}
	config, err := v.config(files[0])
	if err != nil {
		return err
	}
	flags := v.idlFlags
	flags.Include = append(flags.Include, folders...)
	r, err := flags.read(ctx, files)
	if err != nil {
		return err
	}
	if r.Report.HasErrors() {
		if err := c.report(r.Report, r.Source, c.err); err != nil {
			return err
		}
		return errReported
	}
	report, err := lint.Lint(r, config)
	if err != nil {
		return usage("%w", err)
	}
	if v.SARIF {
		err = c.sarif(report, r.Source)
	} else {
		err = c.report(report, r.Source, c.out)
	}
	if err != nil {
		return err
	}
	c.note("%s, %s, %s.", plural(report.Count(diag.Error), "error"), plural(report.Count(diag.Warning), "warning"), plural(report.Count(diag.Info), "remark"))
	if report.HasErrors() || report.Count(diag.Warning) > 0 {
		return errReported
	}
	return nil
}

// config returns the configuration of the file, with what the command line says on top.
func (v idlLintCmd) config(first string) (lint.Config, error) {
	var config lint.Config
	name := v.Config
	if name == "" && !v.NoConfig {
		name = findUp(filepath.Dir(first), lint.ConfigFile)
	}
	if name != "" {
		b, err := os.ReadFile(name)
		if err != nil {
			return config, usage("%w", err)
		}
		if config, err = lint.ReadConfig(b); err != nil {
			return config, usage("%s: %w", name, err)
		}
	}
	if len(v.Rules) > 0 {
		config.Only = v.Rules
	}
	config.Enable = append(config.Enable, v.Enable...)
	config.Disable = append(config.Disable, v.Disable...)
	return config, nil
}

// findUp returns the path of the next file of that name in a folder or above it, "" if there is none.
func findUp(dir, name string) string {
	dir, err := filepath.Abs(dir)
	for err == nil {
		file := filepath.Join(dir, name)
		if i, err := os.Stat(file); err == nil && i.Mode().IsRegular() {
			return file
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return ""
}

// list prints the rules.
func (v idlLintCmd) list(c *console) error {
	if c.json {
		type rule struct {
			Name     string `json:"name"`
			Code     string `json:"code"`
			Severity string `json:"severity"`
			Off      bool   `json:"off"`
			Option   string `json:"option,omitempty"`
			Default  int    `json:"default,omitempty"`
			Title    string `json:"title"`
		}
		var all []rule
		for _, r := range lint.Rules() {
			all = append(all, rule{r.Name, string(r.Code), r.Severity.String(), r.Off, r.Option, r.Default, r.Title})
		}
		return c.printJSON(all)
	}
	var rows [][]string
	for _, r := range lint.Rules() {
		on := r.Severity.String()
		if r.Off {
			on = "off"
		}
		rows = append(rows, []string{r.Name, string(r.Code), on, r.Title})
	}
	c.table([]string{"RULE", "CODE", "FINDINGS", ""}, rows)
	return nil
}

// sarif prints diagnostics as a log of SARIF.
func (c *console) sarif(r *diag.Report, source func(string) ([]byte, bool)) error {
	version, _ := programVersion()
	tool := diag.Tool{Name: "dsom idl", Version: version, URL: "https://github.com/opendsom/dsom", Table: codeTable()}
	return diag.WriteSARIF(c.out, tool, r.All(), source)
}
