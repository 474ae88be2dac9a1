package Graphs;

public class RingImpl extends Ring {}
