package Grown;

public class BulkImpl extends Bulk {}
