package conn

// BudgetUsed returns what the budget that c shares is used by.
func (c *Conn) BudgetUsed() int64 { return c.shared.budget.used.Load() }
