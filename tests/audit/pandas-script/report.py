import pandas

frame = pandas.read_csv("/data/tonnage.csv")
print(frame.groupby("quay").sum())
