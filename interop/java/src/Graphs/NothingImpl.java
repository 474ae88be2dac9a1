package Graphs;

public class NothingImpl extends Nothing {}
