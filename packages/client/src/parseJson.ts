import { Option } from "effect"

/** None for text that is no JSON. */
export const parseJson: (text: string) => Option.Option<unknown> = Option.liftThrowable(JSON.parse)
