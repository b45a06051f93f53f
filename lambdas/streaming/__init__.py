"""The streaming function: makes a minute's ticks of every index and delivers them.

handler   what Lambda calls: reads the settings, makes the clients once, answers
tick      the order of the three AWS calls, on which the guarantee rests
walk      prices: exact decimals, random but the same for the same tick
record    a sample as the bytes that are delivered
aws       the three calls: read the prices, deliver the records, keep the new prices
"""
