package Grown;

public class SeedImpl extends Seed {}
